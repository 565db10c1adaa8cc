"""Makes templated sentences for what the data sets have too little of: threats, sexual talk, spam,
attacks on groups, insults.

Each offending kind has a twin with the same words and no offence, so that the words alone do not
decide. The templates were written for this project and have its licence.
"""

from __future__ import annotations

import itertools
import random
import re

from classifiers.training.sentence_templates import CLAIMS, TEMPLATES, WORDS

Labels = dict[str, tuple[float, float]]

_NO_KIND = {"identity_attack": (0.0, 0.3), "threat": (0.0, 0.3)}
_CALM: Labels = {"toxicity": (0.0, 0.5), "severe_toxicity": (0.0, 0.3), "insult": (0.0, 0.3)}

_THREAT: Labels = {"threat": (1.0, 0.5), "toxicity": (1.0, 0.8), "severe_toxicity": (1.0, 0.5)}
_ATTACK: Labels = {"identity_attack": (1.0, 0.3), "toxicity": (1.0, 0.15)}
_NO_ATTACK: Labels = {"identity_attack": (0.0, 0.3)}
_NO_HARM = _NO_ATTACK | {
    "toxicity": (0.0, 0.1),
    "severe_toxicity": (0.0, 0.1),
    "insult": (0.0, 0.1),
}

_KINDS: tuple[tuple[Labels, tuple[str, ...], int], ...] = (
    (_THREAT, TEMPLATES["threats"], 4800),
    ({"threat": (0.0, 0.5), **_CALM}, TEMPLATES["no_threats"], 4800),
    ({"sexual": (1.0, 1.0), "toxicity": (1.0, 0.3)}, TEMPLATES["sexual"], 700),
    ({"sexual": (0.0, 1.0), **_CALM}, TEMPLATES["not_sexual"], 700),
    ({"insult": (1.0, 0.5), "toxicity": (1.0, 0.3), **_NO_KIND}, TEMPLATES["insults"], 3600),
    ({**_CALM, **_NO_KIND}, TEMPLATES["no_insults"], 4600),
    (_ATTACK, TEMPLATES["asserted"], 8000),
    (_ATTACK, TEMPLATES["outbursts"], 5600),
    (_ATTACK, TEMPLATES["slurs"], 500),
    (_NO_HARM, TEMPLATES["reversed"], 5200),
    (_NO_HARM, TEMPLATES["unoffending"], 7200),
    (_NO_HARM, TEMPLATES["harmless"], 8600),
    (_NO_HARM, TEMPLATES["of_things"], 900),
    (_NO_ATTACK | {"toxicity": (1.0, 0.2)}, TEMPLATES["rude"], 800),
    (_NO_ATTACK, TEMPLATES["own_words"], 250),
    ({"spam": (1.0, 1.0)}, TEMPLATES["spam"], 600),
    ({"spam": (0.0, 1.0)}, TEMPLATES["not_spam"], 600),
)
"""Kinds of sentences: labels as (target, weight), templates, number of sentences."""

_BEFORE_A_VOWEL = re.compile(r"\b(a) (?=(?!one)[aeio]|ugl|un[^i])", re.IGNORECASE)
"""Words before which "a" becomes "an", but not "a union" or "a one-way ticket"."""


def _filled(template: str, source: random.Random) -> str:
    """Return a template with random words in its slots; case and ending vary a little."""
    words = {name: source.choice(choices) for name, choices in WORDS.items()}
    words["link"] = words["link"].format(ware=words["ware"].replace(" ", ""))
    text = _BEFORE_A_VOWEL.sub(r"\1n ", template.format_map(words).strip())
    style = source.random()
    text = text.upper() if style < 0.06 else text + "!" * int(style * 3) if style > 0.6 else text
    return text[0].upper() + text[1:] if source.random() > 0.4 else text


_VIOLENT = re.compile(
    r"\{kill\}|kill |(?<!rather )die\b|\b(?:dead|death|rope|gas|beat)\b|fear for|come for"
)
_UNSURE = re.compile(
    r"\{harm\}|camp|vanish|weapons|fear is|stayed away|gallows|to the wall|out to sea|drown|freeze"
)
"""Templates of attacks that announce or wish violence, and those that may, depending on a word."""


def _threat(template: str) -> Labels:
    """Return the threat label of an attack on a group."""
    if _VIOLENT.search(template):
        return {"threat": (1.0, 0.2)}
    return {} if _UNSURE.search(template) else {"threat": (0.0, 0.1)}


def templated_sentences(seed: int = 0) -> list[tuple[str, Labels, str]]:
    """Return (text, labels, template) of the sentences, each once; the seed decides all choices.

    For a claim within a frame, the template is the claim alone.
    """
    source = random.Random(seed)
    made: dict[str, tuple[Labels, str]] = {}
    for labels, templates, amount in _KINDS:
        for template in itertools.islice(itertools.cycle(templates), amount):
            threat = _threat(template) if labels is _ATTACK else {}
            text = _filled(template, source)
            made.setdefault(text, (labels | threat, CLAIMS.get(template, template)))
    return [(text, labels, template) for text, (labels, template) in sorted(made.items())]
