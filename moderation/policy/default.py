"""The policy of a new site, such as a quality newspaper would publish.

Two careful moderators agree on about four comments in five. A score alone therefore rejects only
at the very top, and never for being off topic. Every other doubtful comment goes to a person.
"""

from __future__ import annotations

from typing import Any

from moderation.policy.default_clauses import DEFAULT_CLAUSES


def _when(fact: str, comparison: str, value: object) -> dict[str, object]:
    return {"fact": fact, "is": comparison, "value": value}


def _rule(
    id: str, clause: str, outcome: str, *when: dict[str, object], **more: object
) -> dict[str, object]:
    return {"id": id, "clause": clause, "when": list(when), "outcome": outcome, **more}


_REJECTED = [
    _rule("story-closed", "closed", "reject", _when("story_open", "is", False)),
    _rule(
        "abuse-certain",
        "no-abuse",
        "reject",
        _when("severe_toxicity", "at_least", 0.97),
        _when("toxicity", "at_least", 0.97),
    ),
    _rule(
        "hate-certain",
        "no-hate",
        "reject",
        _when("identity_attack", "at_least", 0.95),
        _when("toxicity", "at_least", 0.97),
    ),
    _rule(
        "spam-certain",
        "no-spam",
        "reject",
        _when("spam", "at_least", 0.98),
        _when("links", "at_least", 1),
    ),
]

_HELD = [
    _rule("off-topic", "on-topic", "review", _when("off_topic", "at_least", 0.85)),
    _rule("abuse", "no-abuse", "review", _when("toxicity", "at_least", 0.7)),
    _rule("severe-abuse", "no-abuse", "review", _when("severe_toxicity", "at_least", 0.5)),
    _rule("insult", "no-abuse", "review", _when("insult", "at_least", 0.7)),
    _rule("hate", "no-hate", "review", _when("identity_attack", "at_least", 0.5)),
    _rule("threat", "no-threats", "review", _when("threat", "at_least", 0.3)),
    _rule("profanity", "clean-language", "review", _when("profanity", "at_least", 0.8)),
    _rule("sexual", "clean-language", "review", _when("sexual", "at_least", 0.5)),
    _rule("spam", "no-spam", "review", _when("spam", "at_least", 0.3)),
    _rule("many-links", "no-spam", "review", _when("links", "at_least", 3)),
    _rule("copies", "no-spam", "review", _when("duplicates", "at_least", 2)),
    _rule("flood", "no-spam", "review", _when("submissions_last_hour", "at_least", 20)),
    _rule("little-said", "substance", "review", _when("low_quality", "at_least", 0.5)),
    _rule("very-long", "substance", "review", _when("body_length", "at_least", 6000)),
    _rule(
        "telephone-number",
        "privacy",
        "review",
        _when("pattern", "matches", r"\+\d{1,3}[ ()\d./-]{8,20}\d\b"),
        note="An international telephone number.",
    ),
    _rule(
        "mail-address",
        "privacy",
        "review",
        _when("pattern", "matches", r"[\w.+-]+@[\w-]+\.[\w.-]+"),
        note="An e-mail address.",
    ),
    _rule(
        "first-comments",
        "how-we-decide",
        "review",
        _when("author_approved", "at_most", 2),
        _when("toxicity", "at_least", 0.4),
        note="A person reviews the first comments of an author when they are mildly suspicious.",
    ),
    _rule(
        "first-link",
        "no-spam",
        "review",
        _when("author_approved", "at_most", 2),
        _when("links", "at_least", 1),
    ),
    _rule("often-rejected", "how-we-decide", "review", _when("author_rejected", "at_least", 5)),
    _rule("flagged", "how-we-decide", "review", _when("flags_weighed", "at_least", 3)),
    _rule(
        "answers-a-rejected-one",
        "how-we-decide",
        "review",
        _when("parent_status", "is", "rejected"),
    ),
    _rule("as-rejected", "how-we-decide", "review", _when("likely_to_reject", "at_least", 0.6)),
]

_TRIED_OUT = [
    _rule(
        "old-story",
        "on-topic",
        "review",
        _when("story_age_days", "at_least", 30),
        shadow=True,
        note="Tried out: would hold comments on stories older than a month.",
    ),
]

DEFAULT_DOCUMENT: dict[str, Any] = {
    "title": "Comments FAQ",
    "introduction": (
        "Readers know things that we do not, and they disagree with each other and with us. "
        "We want that conversation on our pages. These are the rules we keep it by, how a "
        "comment is checked, and who decides."
    ),
    "promise": (
        "Comments are moderated. In general yours will be posted if it stays on the topic of the "
        "story and is not abusive."
    ),
    "clauses": DEFAULT_CLAUSES,
    "words": {
        # Slurs that have no other meaning. Short on purpose: each entry rejects by itself.
        "banned": {
            "clause": "no-hate",
            "outcome": "reject",
            "words": ["nigger*", "faggot*", "kike", "kikes", "raghead*", "towelhead*", "wetback*"],
        },
        "suspect": {
            "clause": "clean-language",
            "outcome": "review",
            "words": [
                "fuck*", "motherfuck*", "shit", "shitty", "bullshit", "asshole*", "arsehole*",
                "bitch*", "bastard*", "cunt*", "wanker*", "retard", "retards", "retarded",
                "libtard*", "scumbag*", "subhuman*", "vermin", "kys", "kill yourself",
                "whatsapp me", "earn money from home",
            ],
        },
    },
    "rules": [*_REJECTED, *_HELD, *_TRIED_OUT],
    "default": "approve",
    "unscored": "review",
    "untrained_language": "review",
    "mode": "post",
    "process_clause": "how-we-decide",
}  # fmt: skip
