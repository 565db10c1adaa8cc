"""The conditions of rules: each fact takes only the comparisons and values that fit it."""

from __future__ import annotations

from typing import Any

from moderation.policy.document import Condition
from moderation.policy.facts import COMPARISONS, FACTS, FactKind
from moderation.policy.patterns import Pattern, PatternError
from moderation.policy.translation import gettext as _
from moderation.policy.translation import list_plain
from moderation.policy.validation import Checker, did_you_mean, not_a_choice, quoted

MAX_COUNT = 1_000_000_000
MAX_CHOICES = 100
MAX_CHOICE = 200


def parse_condition(
    check: Checker, path: str, entry: dict[str, Any], patterns: dict[str, Pattern]
) -> Condition | None:
    """Return the condition in `entry`, or None with problems noted; compiles its pattern."""
    before = len(check.problems)
    check.keys(path, entry, {"fact", "is", "value"}, required={"fact", "is", "value"})
    name = entry.get("fact")
    kind = FACTS.get(name) if isinstance(name, str) else None
    if kind is None:
        if "fact" in entry:
            check.problem(f"{path}.fact", _unknown_fact(name))
        return None
    comparison = entry.get("is")
    if "is" in entry and comparison not in COMPARISONS[kind.kind]:
        message = _("This is %(value)s; %(fact)s can be compared by %(comparisons)s.") % {
            "value": quoted(comparison),
            "fact": kind.name,
            "comparisons": list_plain(COMPARISONS[kind.kind]),
        }
        check.problem(f"{path}.is", message)
    value: Any = None
    if "value" in entry:
        value = _value(check, f"{path}.value", entry["value"], kind, comparison, patterns)
    if len(check.problems) > before or value is None:
        return None
    return Condition(kind.name, str(comparison), value)


def _unknown_fact(name: Any) -> str:
    message = _("%(name)s is not a fact that rules know.") % {"name": quoted(name)}
    return did_you_mean(message, name, FACTS) if isinstance(name, str) else message


def _value(
    check: Checker,
    path: str,
    value: Any,
    kind: FactKind,
    comparison: Any,
    patterns: dict[str, Pattern],
) -> Any:
    if kind.kind == "signal":
        message = _("This is %(value)s; it must be a number from 0 to 1.")
        return _number(check, path, value, 1.0, message)
    if kind.kind == "number":
        message = _("This is %(value)s; it must be a number, 0 or more.")
        return _number(check, path, value, float(MAX_COUNT), message)
    if kind.kind == "count":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            message = _("This is %(value)s; it must be a whole number, 0 or more.")
            check.problem(path, message % {"value": quoted(value)})
            return None
        return value
    if kind.kind == "yes_no":
        return check.yes_no(path, value)
    if kind.kind == "pattern":
        return _pattern(check, path, value, patterns)
    if comparison == "one_of":
        if value == []:
            check.problem(path, _("This needs at least one entry."))
        entries = check.items(path, value, MAX_CHOICES)
        return tuple(
            _text(check, f"{path}[{index}]", entry, kind) for index, entry in enumerate(entries)
        )
    return _text(check, path, value, kind)


def _number(check: Checker, path: str, value: Any, top: float, message: str) -> float | int | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # NaN and infinity fail this too, and whole numbers of any length are compared exactly.
    if not is_number or not 0 <= value <= top:
        check.problem(path, message % {"value": quoted(value)})
        return None
    return float(value) if isinstance(value, float) else int(value)


def _text(check: Checker, path: str, value: Any, kind: FactKind) -> str:
    text = check.text(path, value, MAX_CHOICE) if value is not None else None
    if text is None:
        check.problem(path, _("This must be text."))
        return ""
    if kind.choices and isinstance(value, str) and value not in kind.choices:
        check.problem(path, not_a_choice(value, kind.choices))
    return text


def _pattern(check: Checker, path: str, value: Any, patterns: dict[str, Pattern]) -> str | None:
    if not check.is_text(path, value):
        return None
    try:
        if value not in patterns:
            patterns[value] = Pattern(value)
    except PatternError as error:
        check.problem(path, str(error))
        return None
    return str(value)
