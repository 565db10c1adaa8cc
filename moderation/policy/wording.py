"""Sentences about rules and reasons, for editors and moderators."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from moderation.policy import document as ids
from moderation.policy.document import Rule
from moderation.policy.evaluate import Reason
from moderation.policy.facts import FACTS
from moderation.policy.translation import (
    capitalised,
    gettext,
    list_and,
    list_or,
    ngettext,
    quoted_list,
)
from moderation.policy.translation import gettext_noop as _

_RULES = {
    "approve": _("The policy approves a comment when %(conditions)s."),
    "review": _("The policy holds a comment when %(conditions)s."),
    "reject": _("The policy rejects a comment when %(conditions)s."),
}
_SHADOW_RULES = {
    "approve": _("Recorded only: the policy would approve a comment when %(conditions)s."),
    "review": _("Recorded only: the policy would hold a comment when %(conditions)s."),
    "reject": _("Recorded only: the policy would reject a comment when %(conditions)s."),
}
_COMPARISONS = {
    "at_least": _("%(fact)s is at least %(value)s"),
    "at_most": _("%(fact)s is at most %(value)s"),
    "is": _("%(fact)s is %(value)s"),
    "is_not": _("%(fact)s is not %(value)s"),
    "one_of": _("%(fact)s is one of %(value)s"),
    "matches": _("%(fact)s matches the pattern %(value)s"),
}
# What the policy does with comments like this one.
_AT_OR_ABOVE = {
    "approve": _("The policy approves comments at or above %(limit)s."),
    "review": _("The policy holds comments at or above %(limit)s."),
    "reject": _("The policy rejects comments at or above %(limit)s."),
}
_AT_OR_BELOW = {
    "approve": _("The policy approves comments at or below %(limit)s."),
    "review": _("The policy holds comments at or below %(limit)s."),
    "reject": _("The policy rejects comments at or below %(limit)s."),
}
_SUCH = {
    "approve": _("The policy approves such comments."),
    "review": _("The policy holds such comments."),
    "reject": _("The policy rejects such comments."),
}
_OF_THE_POLICY = {
    ids.UNSCORED: _("The classifier could not score the comment, so the policy does not pass it."),
    ids.PRE: _("On this site a person reviews every comment before it is published."),
    ids.DEFAULT: _("No rule applied, and the policy holds every comment that no rule approves."),
    ids.ERROR: _("The policy failed on this comment, so a person decides."),
    ids.PREMODERATED: _("Under this story a person reviews every comment before it is published."),
    ids.AUTHOR: _("Moderators decided that a person reviews this author's comments."),
    ids.DAMAGED: _("This site's own classifier cannot be loaded, so a person decides."),
}
_YES_NO = {
    ("story_open", False): _("the story takes no more comments"),
    ("story_open", True): _("the story takes comments"),
    ("author_known", False): _("the author is not known to the site"),
    ("author_known", True): _("the author is known to the site"),
    ("trained", False): _("the classifier was not trained for the language"),
    ("trained", True): _("the classifier was trained for the language"),
}


def describe_condition(fact: str, comparison: str, value: Any) -> str:
    """Return one condition as a part of a sentence: "off topic is at least 0.90"."""
    if isinstance(value, bool):
        expected = value if comparison == "is" else not value
        yes_no = _YES_NO.get((fact, expected))
        if yes_no:
            return gettext(yes_no)
        return gettext(_COMPARISONS["is"]) % {"fact": fact, "value": expected}
    if fact == "parent_status" and value == "":
        if comparison == "is_not":
            return gettext("it answers a comment")
        return gettext("it answers no comment")
    if comparison == "matches":
        figure = str(value)
    elif comparison == "one_of" and isinstance(value, (tuple, list)):
        figure = list_or(quoted_list(value))
    else:
        figure = _figure(fact, value)
    name = FACTS[fact].phrase if fact in FACTS else fact
    return gettext(_COMPARISONS[comparison]) % {"fact": name, "value": figure}


@singledispatch
def describe(thing: Rule | Reason) -> str:
    """Return what a rule does, or what a reason found, for moderators and editors."""
    raise TypeError(f"cannot describe a {type(thing).__name__}")


@describe.register
def _rule(rule: Rule) -> str:
    conditions = [describe_condition(each.fact, each.comparison, each.value) for each in rule.when]
    sentences = _SHADOW_RULES if rule.shadow else _RULES
    described = [gettext(sentences[rule.outcome]) % {"conditions": list_and(conditions)}]
    if rule.sections:
        sections = list_and(quoted_list(rule.sections))
        described.append(gettext("It applies only in %(sections)s.") % {"sections": sections})
    return " ".join(described)


@describe.register
def _reason(reason: Reason) -> str:
    if reason.rule in _OF_THE_POLICY:
        return gettext(_OF_THE_POLICY[reason.rule])
    if reason.rule == ids.UNTRAINED:
        sentence = gettext("The classifier was not trained for this comment's language (%(code)s).")
        return sentence % {"code": reason.value}
    if reason.rule == ids.TOO_LONG:
        sentence = gettext("The comment has %(number)s characters. The policy cannot read so much.")
        return sentence % {"number": f"{reason.value:,}"}
    described = [
        _finding(reason.fact, reason.comparison, reason.value, reason.threshold),
        _consequence(reason),
    ]
    if reason.also:
        conditions = [
            describe_condition(condition["fact"], condition["comparison"], condition["threshold"])
            for condition in reason.also
        ]
        sentence = gettext("The rule also asks that %(conditions)s.")
        described.append(sentence % {"conditions": list_and(conditions)})
    return " ".join(described)


def _finding(fact: str, comparison: str, value: Any, threshold: Any) -> str:
    if fact in ("banned_words", "suspect_words") and comparison == "at_least" and threshold == 1:
        return _words_found(fact, value)
    if fact in FACTS and FACTS[fact].kind == "pattern":
        return gettext("The text matches a pattern.")
    if comparison in ("at_least", "at_most"):
        name = FACTS[fact].label if fact in FACTS else fact
        return gettext("%(fact)s: %(value)s.") % {"fact": name, "value": _figure(fact, value)}
    condition = capitalised(describe_condition(fact, comparison, threshold))
    return gettext("%(condition)s.") % {"condition": condition}


def _words_found(fact: str, number: int) -> str:
    if fact == "banned_words":
        sentence = ngettext(
            "The comment contains %(number)s banned word.",
            "The comment contains %(number)s banned words.",
            number,
        )
    else:
        sentence = ngettext(
            "The comment contains %(number)s suspect word.",
            "The comment contains %(number)s suspect words.",
            number,
        )
    return sentence % {"number": number}


def _consequence(reason: Reason) -> str:
    any_word = reason.fact in ("banned_words", "suspect_words") and reason.threshold == 1
    sentences = _SUCH
    if reason.comparison == "at_least" and not any_word:
        sentences = _AT_OR_ABOVE
    elif reason.comparison == "at_most":
        sentences = _AT_OR_BELOW
    return gettext(sentences[reason.outcome]) % {"limit": _figure(reason.fact, reason.threshold)}


def _figure(fact: str, value: Any) -> str:
    if fact in FACTS and FACTS[fact].kind == "signal" and isinstance(value, (int, float)):
        return f"{value:.3f}".removesuffix("0")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}"
    return quoted_list([str(value)])[0]
