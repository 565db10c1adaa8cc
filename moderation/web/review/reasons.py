"""Why a comment is where it is, in sentences: reasons with margins, signals with thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from moderation.models import Decision, PolicyVersion, Score, Source, Status
from moderation.policy import FACTS, CompiledPolicy, Reason, describe
from moderation.policy import document as ids
from moderation.templatetags.comment_text import Mark

SHOWN_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, in a sentence, and by how much it is beyond the rule's threshold."""

    sentence: str
    margin: str = ""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A clause ("2 No personal abuse", or "") and what was found to speak for it."""

    clause: str
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal, 0-1, and the lowest threshold that any rule of the policy sets for it."""

    id: str
    name: str
    value: float
    threshold: float | None

    @property
    def over(self) -> bool:
        """Tell whether the value reaches the threshold."""
        return self.threshold is not None and self.value >= self.threshold


def read_reasons(decision: Decision | None) -> list[Reason]:
    """Return the stored reasons that can be read; a strange one is left out, not an error."""
    stored: Iterable[Any] = decision.reasons if decision else ()
    return [Reason.from_dict(each) for each in stored if isinstance(each, dict) and "rule" in each]


def reason_lines(decision: Decision | None) -> list[ReasonLine]:
    """Put the reasons of a decision into words, most severe first."""
    if decision is None:
        return []
    clauses = clause_names(decision)
    lines: dict[str, list[Finding]] = {}
    for reason in read_reasons(decision):
        if reason.outcome != "approve" or decision.status == Status.APPROVED:
            finding = Finding(_sentence(reason), _margin(reason))
            lines.setdefault(clauses.get(reason.clause, ""), []).append(finding)
    if not lines and decision.source == Source.FALLBACK:
        lines[""] = [Finding("It could not be scored, so a person decides.")]
    return [ReasonLine(clause, findings) for clause, findings in lines.items()]


def clause_names(decision: Decision | None) -> dict[str, str]:
    """Return "2 No personal abuse" by clause id, as the decision's policy version has them."""
    return clause_titles(decision.policy if decision else None)


def clause_titles(policy: PolicyVersion | None) -> dict[str, str]:
    """Return "2 No personal abuse" by clause id, as a version of the policy has them."""
    document = policy.document if policy else {}
    return {
        str(clause.get("id")): f"{clause.get('number', '')} {clause.get('title', '')}".strip()
        for clause in document.get("clauses", ())
        if isinstance(clause, dict)
    }


def cited(decision: Decision | None) -> list[str]:
    """Name the clauses of a decision, without those about procedure when others are named."""
    if decision is None:
        return []
    names = clause_names(decision)
    document = decision.policy.document if decision.policy else {}
    clauses = document.get("clauses", ())
    process = {clause.get("id") for clause in clauses if not clause.get("cite", True)}
    by_rule = [id for id in decision.clauses if id not in process]
    return [names.get(id, id) for id in by_rule or decision.clauses]


def _sentence(reason: Reason) -> str:
    try:
        return describe(reason)
    except (KeyError, TypeError, ValueError):
        # Stored by a version whose vocabulary this one does not have.
        return f"The rule “{reason.rule}” applied."


def _margin(reason: Reason) -> str:
    known = FACTS.get(reason.fact)
    if not known or known.kind != "signal" or not isinstance(reason.margin, int | float):
        return ""
    return f"{reason.margin:+.2f}"


def signal_lines(score: Score | None, policy: CompiledPolicy | None) -> list[SignalLine]:
    """Return the signals of a score, strongest first, those with a threshold before the rest."""
    if score is None:
        return []
    thresholds = _thresholds(policy)
    lines = [
        SignalLine(name, FACTS[name].label, float(value), thresholds.get(name))
        for name, value in score.signals.items()
        if name in FACTS and isinstance(value, int | float)
    ]
    return sorted(lines, key=lambda line: (not line.over, -line.value))


def _thresholds(policy: CompiledPolicy | None) -> dict[str, float]:
    lowest: dict[str, float] = {}
    for rule in policy.rules if policy else ():
        if rule.shadow or rule.outcome == "approve":
            continue
        for condition in rule.when:
            if condition.comparison == "at_least" and FACTS[condition.fact].kind == "signal":
                value = float(condition.value)  # type: ignore[arg-type]
                lowest[condition.fact] = min(value, lowest.get(condition.fact, 1.0))
    return lowest


def reason_marks(decision: Decision | None) -> list[Mark]:
    """Return the spans of the text where words of the policy stood."""
    marks = []
    for reason in read_reasons(decision):
        banned = reason.rule == ids.WORD_RULES["banned"]
        kind, label = ("banned", "Banned word") if banned else ("suspect", "Suspect word")
        marks += [Mark(start, end, kind, label) for start, end in reason.words]
    return marks
