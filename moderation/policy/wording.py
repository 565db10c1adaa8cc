"""Rules and reasons in words: for editors, for moderators, and for authors without the figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from moderation.policy import document as ids
from moderation.policy.compile import CompiledPolicy
from moderation.policy.document import Rule
from moderation.policy.evaluate import Reason
from moderation.policy.facts import FACTS

_VERBS = {"approve": "approves", "review": "holds", "reject": "rejects"}
_COMPARISONS = {
    "at_least": "is at least",
    "at_most": "is at most",
    "is": "is",
    "is_not": "is not",
    "one_of": "is one of",
}
_OWN = {
    ids.UNSCORED: "The comment could not be scored, so the policy does not let it pass by itself.",
    ids.PRE: "On this site a person reads every comment before it is published.",
    ids.DEFAULT: "No rule applied, and the policy lets nothing pass by default.",
    ids.ERROR: "Judging the comment failed, so a person decides.",
    ids.PREMODERATED: "Under this story a person reads every comment before it is published.",
    ids.AUTHOR: "Moderators decided that a person reads what this author writes.",
    ids.DAMAGED: "What this site's classifier learned cannot be read, so a person decides.",
}
_SPECIAL = {
    ("story_open", "is", False): "the story takes no more comments",
    ("story_open", "is", True): "the story takes comments",
    ("author_known", "is", False): "the author is not known to the site",
    ("author_known", "is", True): "the author is known to the site",
    ("trained", "is", False): "the classifier was not trained for the language",
    ("trained", "is", True): "the classifier was trained for the language",
}


def describe_condition(fact: str, comparison: str, value: Any) -> str:
    """One condition in words: "off topic is at least 0.90"."""
    if isinstance(value, bool):
        asked = value if comparison == "is" else not value
        return _SPECIAL.get((fact, "is", asked), f"{fact} is {asked}")
    name = FACTS[fact].words if fact in FACTS else fact
    name = name[:1].lower() + name[1:]
    if comparison == "matches":
        return f"{name} matches the pattern {value}"
    if comparison == "one_of" and isinstance(value, (tuple, list)):
        return f"{name} is one of {listed([f'“{each}”' for each in value], 'or')}"
    if fact == "parent_status" and value == "":
        return "it answers a comment" if comparison == "is_not" else "it answers no comment"
    return f"{name} {_COMPARISONS[comparison]} {_figure(fact, value)}"


@singledispatch
def describe(thing: Rule | Reason) -> str:
    """A sentence for moderators and editors: of a rule what it does, of a reason what it found."""
    raise TypeError(f"cannot describe a {type(thing).__name__}")


@describe.register
def _rule(rule: Rule) -> str:
    conditions = [describe_condition(each.fact, each.comparison, each.value) for each in rule.when]
    verb = f"would {rule.outcome}" if rule.shadow else _VERBS[rule.outcome]
    where = ""
    if rule.sections:
        where = f" (only in {listed([f'“{name}”' for name in rule.sections], 'and')})"
    shadow = "Recorded only: the policy" if rule.shadow else "The policy"
    what = "" if rule.shadow else " a comment"
    return f"{shadow} {verb}{what} when {listed(conditions, 'and')}{where}."


@describe.register
def _reason(reason: Reason) -> str:
    if reason.rule in _OWN:
        return _OWN[reason.rule]
    if reason.rule == ids.UNTRAINED:
        return f"The classifier was not trained for this comment's language ({reason.value})."
    if reason.rule == ids.TOO_LONG:
        return f"The comment has {reason.value:,} characters, more than the policy reads."
    first = _finding(reason.fact, reason.comparison, reason.value, reason.threshold, reason.outcome)
    also = [
        describe_condition(each["fact"], each["comparison"], each["threshold"])
        for each in reason.also
    ]
    return f"{first}, when {listed(also, 'and')}." if also else f"{first}."


def _finding(fact: str, comparison: str, value: Any, threshold: Any, outcome: str) -> str:
    verb = _VERBS.get(outcome, "decides")
    kind = FACTS[fact].kind if fact in FACTS else "text"
    name = FACTS[fact].words if fact in FACTS else fact
    if fact in ("banned_words", "suspect_words") and comparison == "at_least" and threshold == 1:
        which = fact.removesuffix("_words")
        how_many = f"a {which} word" if value == 1 else f"{value} {which} words"
        return f"It holds {how_many}; the policy {verb} such comments"
    if kind == "pattern":
        return f"The text matches a pattern; the policy {verb} such comments"
    if comparison in ("at_least", "at_most"):
        edge = "from" if comparison == "at_least" else "up to"
        found, limit = _figure(fact, value), _figure(fact, threshold)
        glue = f" {found}," if kind == "signal" else f": {found};"
        return f"{name}{glue} the policy {verb} comments {edge} {limit}"
    condition = describe_condition(fact, comparison, threshold)
    return f"{condition[:1].upper()}{condition[1:]}; the policy {verb} such comments"


def explain_to_author(reason: Reason, policy: CompiledPolicy) -> str:
    """What the author may know: the clause and its text. Never a score, a threshold or a word."""
    clause = policy.clause(reason.clause)
    if reason.outcome == "approve":
        return "Your comment keeps to the rules of this site."
    if clause is None or not clause.cite:
        waiting = reason.outcome == "review"
        return (
            "A person will read your comment before it is posted."
            if waiting
            else "Your comment was not posted."
        )
    rule = f"rule {clause.number}, “{clause.title}”"
    if reason.outcome == "review":
        return f"A person will read your comment with a view to {rule}."
    return f"Your comment was not posted because of {rule}: {clause.text}"


def _figure(fact: str, value: Any) -> str:
    if fact in FACTS and FACTS[fact].kind == "signal" and isinstance(value, (int, float)):
        return f"{value:.3f}".removesuffix("0")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}"
    return f"“{value}”"


def listed(parts: Sequence[str], word: str) -> str:
    """Parts as a list in a sentence: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
