"""The policy as readers see it: the same document, without anything that helps to evade it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moderation.policy.compile import CompiledPolicy
from moderation.policy.diff import PolicyChange, diff
from moderation.policy.document import Clause, Condition, Rule
from moderation.policy.translation import gettext, list_and
from moderation.policy.translation import gettext_noop as _

_SHOWN = ("title", "introduction", "promise")
# What a score says about a comment.
_SIGNALS = {
    "off_topic": _("off topic"),
    "toxicity": _("abusive"),
    "severe_toxicity": _("severely abusive"),
    "insult": _("insulting"),
    "identity_attack": _("hateful of a group"),
    "threat": _("threatening"),
    "profanity": _("obscene"),
    "sexual": _("sexual"),
    "spam": _("spam"),
    "low_quality": _("without substance"),
    "likely_to_reject": _("like comments that our moderators rejected"),
}
# How sure the software must be, without the figure that invites people to try it out.
_SURE = (
    (0.95, _("it is almost certainly %(quality)s")),
    (0.75, _("it is very probably %(quality)s")),
    (0.5, _("it is probably %(quality)s")),
    (0.0, _("it is possibly %(quality)s")),
)
_UNLIKELY = _("it is hardly %(quality)s")
_STANDING = _("our moderators made a decision on its author")
_PARENT = _("the comment it answers has a certain status")
_LISTED = _("it contains words from our list")
# The condition for a large or true value of the fact, and the one for a small or false value.
_FACTS = {
    "links": (_("it contains links"), _("it contains few links")),
    "body_length": (_("it is very long"), _("it is very short")),
    "banned_words": (_LISTED, _("it contains few words from our list")),
    "suspect_words": (_LISTED, _("it contains few words from our list")),
    "pattern": (_("its text has a form that this rule is about"), ""),
    "language": (_("it is in certain languages"), _("it is not in certain languages")),
    "trained": (_("our software knows its language"), _("our software does not know its language")),
    "author_known": (_("we know its author"), _("we do not know its author")),
    "author_approved": (
        _("earlier comments of its author were posted"),
        _("it is among the first comments of its author"),
    ),
    "author_rejected": (
        _("earlier comments of its author were rejected"),
        _("few earlier comments of its author were rejected"),
    ),
    "author_standing": (_STANDING, _STANDING),
    "story_open": (_("the story takes comments"), _("the story takes no more comments")),
    "story_age_days": (_("the story is old"), _("the story is new")),
    "section": (_("it is in certain sections"), _("it is not in certain sections")),
    "flags": (_("readers reported it"), _("few readers reported it")),
    "flags_weighed": (_("readers reported it"), _("few readers reported it")),
    "submissions_last_hour": (
        _("its author sent very many comments within an hour"),
        _("its author sent few comments within an hour"),
    ),
    "duplicates": (_("the same text was sent before"), _("the same text was hardly sent before")),
    "parent_status": (_PARENT, _PARENT),
}
_RULES = {
    "approve": _("Posted at once when %(conditions)s."),
    "review": _("Reviewed by a person first when %(conditions)s."),
    "reject": _("Rejected automatically when %(conditions)s."),
}
_RULES_IN_SECTIONS = {
    "approve": _("Posted at once when %(conditions)s, in some sections."),
    "review": _("Reviewed by a person first when %(conditions)s, in some sections."),
    "reject": _("Rejected automatically when %(conditions)s, in some sections."),
}
_UNSCORED = {
    "review": _("A comment that our software could not score waits for a person."),
    "reject": _("A comment that our software could not score is not posted."),
}
_UNTRAINED = {
    "approve": _(
        "A comment in a language that our software was not trained for is treated like any other."
    ),
    "review": _(
        "A comment in a language that our software was not trained for waits for a person."
    ),
    "reject": _("A comment in a language that our software was not trained for is not posted."),
}


@dataclass(frozen=True, slots=True)
class PublicClause:
    """A clause, with sentences on what the software does by itself under this clause."""

    clause: Clause
    rejected: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicView:
    """The public page: texts, clauses in order, and sentences that hold for all comments.

    `general` tells what happens by default and when the software fails. The page contains no
    guidance, no threshold, no listed word, no pattern and no shadow rule.
    """

    title: str
    introduction: str
    promise: str
    clauses: tuple[PublicClause, ...]
    general: tuple[str, ...]


def public_view(policy: CompiledPolicy) -> PublicView:
    """Return what the public page of `policy` shows."""
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
        gettext(_RULES[outcome]) % {"conditions": gettext(_LISTED)}
        for words in policy.words.values()
        if words.clause == clause and words.outcome == outcome and words.words and not words.shadow
    ]
    return tuple(dict.fromkeys(sentences))


def _general(policy: CompiledPolicy) -> tuple[str, ...]:
    if policy.mode == "pre":
        start = gettext("A person reviews every comment before it is posted.")
    elif policy.default == "approve":
        start = gettext("A comment is posted without waiting for a person unless a rule objects.")
    else:
        start = gettext("A comment waits for a person unless a rule approves it.")
    return (
        start,
        gettext(_UNSCORED[policy.unscored]),
        gettext(_UNTRAINED[policy.untrained_language]),
        gettext("Every rejection names the rule it rests on."),
    )


def describe_publicly(rule: Rule) -> str:
    """Return what readers may know of a rule, without figures, words and patterns."""
    conditions = list(dict.fromkeys(_condition(condition) for condition in rule.when))
    sentences = _RULES_IN_SECTIONS if rule.sections else _RULES
    return gettext(sentences[rule.outcome]) % {"conditions": list_and(conditions)}


def _condition(condition: Condition) -> str:
    quality = _SIGNALS.get(condition.fact)
    if quality is not None:
        return gettext(_likelihood(condition)) % {"quality": gettext(quality)}
    much, little = _FACTS[condition.fact]
    value = condition.value
    if isinstance(value, bool):
        return gettext(much if value == (condition.comparison == "is") else little)
    few = condition.comparison in ("at_most", "is_not") or value == 0
    return gettext(little if few else much)


def _likelihood(condition: Condition) -> str:
    if condition.comparison != "at_least":
        return _UNLIKELY
    value = float(condition.value)  # type: ignore[arg-type]
    return next(sentence for least, sentence in _SURE if value >= least)


def public_changes(old: CompiledPolicy, new: CompiledPolicy) -> list[PolicyChange]:
    """Return the changes that readers may see: the texts, and the sentences of `public_view`."""
    changes = diff(_shown(old), _shown(new))
    before, after = public_view(old), public_view(new)
    changes += _automatic(before, after)
    changes += _sentences("general", None, before.general, after.general)
    return changes


def _shown(policy: CompiledPolicy) -> dict[str, Any]:
    document = {key: policy.document.get(key, "") for key in _SHOWN}
    document["clauses"] = [
        {"id": clause.id, "number": clause.number, "title": clause.title, "text": clause.text}
        for clause in policy.clauses
    ]
    return document


def _automatic(before: PublicView, after: PublicView) -> Iterator[PolicyChange]:
    earlier = {entry.clause.id: entry for entry in before.clauses}
    for entry in after.clauses:
        was = earlier.get(entry.clause.id)
        yield from _sentences(
            f"clauses.{entry.clause.id}.automatic",
            entry.clause,
            was.rejected + was.held if was else (),
            entry.rejected + entry.held,
        )


def _sentences(
    path: str, clause: Clause | None, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[PolicyChange]:
    """Yield the sentences that only one version has, of a clause or of the whole policy."""
    gone = gettext("No longer “%(sentence)s”")
    new = gettext("Now “%(sentence)s”")
    names: dict[str, str] = {}
    if clause is not None:
        gone = gettext("Clause %(number)s “%(name)s”: no longer “%(sentence)s”")
        new = gettext("Clause %(number)s “%(name)s”: now “%(sentence)s”")
        names = {"number": clause.number, "name": clause.title}
    for sentence in before:
        if sentence not in after:
            message = gone % {**names, "sentence": sentence}
            yield PolicyChange("removed", path, message, sentence, None)
    for sentence in after:
        if sentence not in before:
            message = new % {**names, "sentence": sentence}
            yield PolicyChange("added", path, message, None, sentence)
