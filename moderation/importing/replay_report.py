"""The report of a replay: speed, decisions, agreement with labels, lost comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from moderation.importing.replay import PENDING, Sent

APPROVED = "approved"
SIGNAL = "toxicity"


@dataclass(frozen=True)
class ReplayAgreement:
    """The agreement of “not approved” with the labels; `auc` is that of the signal `toxicity`."""

    labelled: int
    abusive: int
    precision: float | None
    recall: float | None
    false_alarm: float | None
    auc: float | None


@dataclass(frozen=True)
class ReplayReport:
    """Figures of one replay; times in seconds, rates in comments a second."""

    sent: int
    accepted: int
    refused: dict[str, int]
    submit_seconds: float
    submit_rate: float
    drained_after: float | None
    decided_rate: float | None
    delay_p50: float | None
    delay_p95: float | None
    statuses: dict[str, int]
    sources: dict[str, int]
    clauses: dict[str, int]
    lost: int
    changed: int
    agreement: ReplayAgreement | None

    @property
    def complete(self) -> bool:
        """True when nothing is missing, changed or undecided."""
        return not (self.lost or self.changed or self.statuses.get(PENDING))

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for a program."""
        return asdict(self)


def build_report(
    sent: Sent, fetched: Mapping[str, dict[str, Any] | None], drained_after: float | None
) -> ReplayReport:
    """Compute the figures from the comments sent and the comments that the service has."""
    comments = {key: comment for key, comment in fetched.items() if comment is not None}
    decided = [comment for comment in comments.values() if comment["decision"]]
    delays = sorted(
        (_time(comment["decision"]["decided_at"]) - _time(comment["received_at"])).total_seconds()
        for comment in decided
    )
    return ReplayReport(
        sent=len(sent.accepted) + len(sent.refused),
        accepted=len(sent.accepted),
        refused=dict(Counter(sent.refused.values())),
        submit_seconds=sent.seconds,
        submit_rate=len(sent.accepted) / sent.seconds if sent.seconds else 0.0,
        drained_after=drained_after,
        decided_rate=_decided_rate(decided),
        delay_p50=_quantile(delays, 0.5),
        delay_p95=_quantile(delays, 0.95),
        statuses=dict(Counter(comment["status"] for comment in comments.values())),
        sources=dict(Counter(comment["decision"]["source"] for comment in decided)),
        clauses=dict(
            Counter(
                comment["decision"]["clauses"][0]["id"]
                for comment in decided
                if comment["decision"]["clauses"]
            ).most_common()
        ),
        lost=len(sent.accepted.keys() - comments.keys()),
        changed=sum(hash(comment["body"]) != sent.bodies[key] for key, comment in comments.items()),
        agreement=_agreement(sent.accepted, comments),
    )


def format_report(report: ReplayReport) -> str:
    """Return the report for people."""
    refused = ", ".join(f"{count:,} {code}" for code, count in report.refused.items())
    lines = [
        f"Submitted  {report.sent:,} in {report.submit_seconds:.1f} s"
        f" ({report.submit_rate:,.0f}/s); {report.accepted:,} accepted,"
        f" {report.sent - report.accepted:,} refused{f' ({refused})' if refused else ''}",
        f"Decided    {_drained(report)}",
        f"Status     {_shares(report.statuses)}",
        f"Decided by {_shares(report.sources)}",
        f"Clauses    {_shares(report.clauses) or 'none'}",
        f"Lost       {report.lost:,}; texts changed {report.changed:,}",
    ]
    if agreement := report.agreement:
        lines.append(
            f"Labels     {agreement.abusive:,} of {agreement.labelled:,} abusive; not approved:"
            f" precision {_figure(agreement.precision)}, recall {_figure(agreement.recall)},"
            f" of the rest {_figure(agreement.false_alarm)}; AUC of {SIGNAL}"
            f" {_figure(agreement.auc)}"
        )
    return "\n".join(lines)


def area_under_curve(labels: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Return the area under the ROC curve (Mann-Whitney, ties count half); None without both."""
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        rank = (start + 1 + end) / 2
        rank_sum += rank * sum(labels[index] for index in order[start:end])
        start = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _agreement(
    labels: Mapping[str, bool | None], comments: Mapping[str, dict[str, Any]]
) -> ReplayAgreement | None:
    judged = [
        (label, comments[key])
        for key, label in labels.items()
        if label is not None and key in comments
    ]
    if not judged:
        return None
    caught = sum(label and comment["status"] != APPROVED for label, comment in judged)
    stopped = sum(comment["status"] != APPROVED for _, comment in judged)
    abusive = sum(label for label, _ in judged)
    scored = [
        (label, comment["score"]["signals"][SIGNAL])
        for label, comment in judged
        if comment.get("score") and SIGNAL in comment["score"]["signals"]
    ]
    return ReplayAgreement(
        labelled=len(judged),
        abusive=abusive,
        precision=caught / stopped if stopped else None,
        recall=caught / abusive if abusive else None,
        false_alarm=(stopped - caught) / (len(judged) - abusive) if len(judged) > abusive else None,
        auc=area_under_curve([label for label, _ in scored], [score for _, score in scored]),
    )


def _decided_rate(decided: Sequence[Mapping[str, Any]]) -> float | None:
    """Return comments a second from the first arrival to the last decision, by its clock."""
    if not decided:
        return None
    first = min(_time(comment["received_at"]) for comment in decided)
    last = max(_time(comment["decision"]["decided_at"]) for comment in decided)
    seconds = (last - first).total_seconds()
    return len(decided) / seconds if seconds > 0 else None


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _drained(report: ReplayReport) -> str:
    if report.drained_after is None or report.delay_p50 is None:
        return "not all within the wait"
    return (
        f"all {report.drained_after:.1f} s after the last was accepted"
        f" ({report.decided_rate or 0:,.0f}/s in all); from acceptance to decision"
        f" p50 {report.delay_p50:.2f} s, p95 {report.delay_p95:.2f} s"
    )


def _shares(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
