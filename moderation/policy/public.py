"""What readers see of a policy: the same source that judges, without what helps to evade it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moderation.policy.compile import CompiledPolicy
from moderation.policy.diff import PolicyChange, diff
from moderation.policy.document import Clause, Condition, Rule
from moderation.policy.wording import listed

_SHOWN = ("title", "introduction", "promise")
_SIGNALS = {
    "off_topic": "off topic",
    "toxicity": "abusive",
    "severe_toxicity": "severely abusive",
    "insult": "insulting",
    "identity_attack": "hateful of a group",
    "threat": "threatening",
    "profanity": "obscene",
    "sexual": "sexual",
    "spam": "spam",
    "low_quality": "without substance",
    "likely_to_reject": "like comments that our moderators turned down",
}
# What a condition says when much of the fact meets it, and when little does.
_FACTS = {
    "links": ("it holds links", "it holds few links"),
    "body_length": ("it is very long", "it is very short"),
    "banned_words": ("it holds words from our list", "it holds few words from our list"),
    "suspect_words": ("it holds words from our list", "it holds few words from our list"),
    "pattern": ("its text has a form that this rule is about", ""),
    "language": ("it is in certain languages", "it is not in certain languages"),
    "trained": ("our software knows its language", "our software does not know its language"),
    "author_known": ("we know its author", "we do not know its author"),
    "author_approved": (
        "earlier comments of its author were posted",
        "it is among the first comments of its author",
    ),
    "author_rejected": (
        "earlier comments of its author were turned down",
        "few earlier comments of its author were turned down",
    ),
    "author_standing": (
        "of what our moderators decided on its author",
        "of what our moderators decided on its author",
    ),
    "story_open": ("the story takes comments", "the story takes no more comments"),
    "story_age_days": ("the story is old", "the story is new"),
    "section": ("it stands in certain sections", "it does not stand in certain sections"),
    "flags": ("readers reported it", "few readers reported it"),
    "flags_weighed": ("readers reported it", "few readers reported it"),
    "submissions_last_hour": (
        "its author sent very many comments within an hour",
        "its author sent few comments within an hour",
    ),
    "duplicates": ("the same text was sent before", "the same text was hardly sent before"),
    "parent_status": (
        "of what became of the comment it answers",
        "of what became of the comment it answers",
    ),
}
_FATES = {
    "approve": "Posted at once",
    "review": "Read by a person first",
    "reject": "Turned down at once",
}


@dataclass(frozen=True, slots=True)
class PublicClause:
    """A clause with, in words, what software does on its own in its name."""

    clause: Clause
    rejected: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicView:
    """The public page: texts, clauses in order, and what holds for all comments.

    `general` are sentences on what happens by default and when the software fails. No guidance,
    no threshold, no listed word and no pattern is in here, and no shadow rule.
    """

    title: str
    introduction: str
    promise: str
    clauses: tuple[PublicClause, ...]
    general: tuple[str, ...]


def public_view(policy: CompiledPolicy) -> PublicView:
    """What the public page of `policy` shows."""
    return PublicView(
        policy.title,
        policy.introduction,
        policy.promise,
        tuple(
            PublicClause(
                Clause(clause.id, clause.number, clause.title, clause.text, "", clause.cite),
                _decided(policy, clause.id, "reject"),
                _decided(policy, clause.id, "review"),
            )
            for clause in policy.clauses
        ),
        _general(policy),
    )


def _decided(policy: CompiledPolicy, clause: str, outcome: str) -> tuple[str, ...]:
    sentences = [
        describe_publicly(rule)
        for rule in policy.rules
        if rule.clause == clause and rule.outcome == outcome and not rule.shadow
    ]
    sentences += [
        f"{_FATES[outcome]} when it holds words from our list."
        for words in policy.words.values()
        if words.clause == clause and words.outcome == outcome and words.words and not words.shadow
    ]
    return tuple(dict.fromkeys(sentences))


def _general(policy: CompiledPolicy) -> tuple[str, ...]:
    if policy.mode == "pre":
        start = "A person reads every comment before it is posted."
    elif policy.default == "approve":
        start = "A comment that nothing speaks against is posted without waiting for a person."
    else:
        start = "A comment waits for a person unless a rule lets it pass."
    fate = {
        "approve": "is treated like any other",
        "review": "waits for a person",
        "reject": "is not posted",
    }
    return (
        start,
        f"A comment that our software could not measure {fate[policy.unscored]}.",
        "A comment in a language that our software was not trained for "
        f"{fate[policy.untrained_language]}.",
        "Every rejection names the rule it rests on.",
    )


def describe_publicly(rule: Rule) -> str:
    """What readers may know of a rule: what it looks at, without figures, words and patterns."""
    conditions = list(dict.fromkeys(_condition(each) for each in rule.when))
    where = ", in some sections" if rule.sections else ""
    return f"{_FATES[rule.outcome]} when {listed(conditions, 'and')}{where}."


def _condition(condition: Condition) -> str:
    signal = _SIGNALS.get(condition.fact)
    if signal is not None:
        sure = _sure(condition) if condition.comparison == "at_least" else "hardly"
        return f"it is {sure} {signal}"
    much, little = _FACTS[condition.fact]
    value = condition.value
    if isinstance(value, bool):
        return much if value == (condition.comparison == "is") else little
    return little if condition.comparison in ("at_most", "is_not") or value == 0 else much


def _sure(condition: Condition) -> str:
    """How sure the software must be, without the figure that invites trying it out."""
    value = float(condition.value)  # type: ignore[arg-type]
    if value >= 0.95:
        return "almost certainly"
    if value >= 0.75:
        return "very probably"
    return "probably" if value >= 0.5 else "possibly"


def public_changes(old: CompiledPolicy, new: CompiledPolicy) -> list[PolicyChange]:
    """The changes from `old` to `new` without guidance, thresholds, listed words and patterns."""
    changes = diff(_shown(old), _shown(new))
    before, after = public_view(old), public_view(new)
    changes += _automatic(before, after)
    changes += _sentences("general", "", before.general, after.general)
    return changes


def _shown(policy: CompiledPolicy) -> dict[str, Any]:
    document = {key: policy.document.get(key, "") for key in _SHOWN}
    document["clauses"] = [
        {"id": each.id, "number": each.number, "title": each.title, "text": each.text}
        for each in policy.clauses
    ]
    return document


def _automatic(before: PublicView, after: PublicView) -> Iterator[PolicyChange]:
    earlier = {each.clause.id: each for each in before.clauses}
    for each in after.clauses:
        was = earlier.get(each.clause.id)
        name = f"Clause {each.clause.number} “{each.clause.title}”"
        yield from _sentences(
            f"clauses.{each.clause.id}.automatic",
            f"{name}: ",
            was.rejected + was.held if was else (),
            each.rejected + each.held,
        )


def _sentences(
    path: str, name: str, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[PolicyChange]:
    for sentence in before:
        if sentence not in after:
            yield PolicyChange("removed", path, f"{name}no longer “{sentence}”", sentence, None)
    for sentence in after:
        if sentence not in before:
            yield PolicyChange("added", path, f"{name}now “{sentence}”", None, sentence)
