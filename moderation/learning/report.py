"""Training runs and classifier versions as text, for commands."""

from __future__ import annotations

from typing import Any

from moderation.learning.promote import versions
from moderation.learning.train import Training
from moderation.models import ClassifierVersion, Site
from moderation.scoring.site_classifier import bundled, unusable

State = ClassifierVersion.State


def in_words(training: Training, *, dry_run: bool = False) -> str:
    """Return a training run as lines of text."""
    lines: list[str] = []
    if labels := training.report.get("labels"):
        lines += _labels(labels)
    if "candidate" in training.report:
        lines += [*_figures(training.report), *_languages(training.report["languages"])]
    lines.append(f"  {training.words}")
    if training.version is not None:
        lines.append(f"  Stored as {training.version.name} ({training.version.state}).")
    elif dry_run and training.state in ("promoted", "refused"):
        lines.append("  A dry run: nothing was stored, nothing went live.")
    return "\n".join(lines)


def list_in_words(site: Site) -> str:
    """Return the versions of a site, newest first, with state, figures and verdict."""
    base = bundled()
    rows = list(versions(site).select_related("base"))
    serves = next((row.name for row in rows if row.state == State.LIVE), "")
    lines = [f"{site.name} ({site.slug}): {serves or base.version + ' alone'} is live"]
    for row in rows:
        candidate = row.report.get("candidate", {})
        figures = ""
        if candidate.get("auc") is not None:
            low, high = candidate["auc_interval"]
            figures = f"  AUC {candidate['auc']:.3f} ({low:.3f}-{high:.3f}, n={candidate['n']})"
        lines.append(f"  {row.name:<24} {row.state:<10} {row.created_at:%Y-%m-%d %H:%M}{figures}")
        lines.append(f"    {row.verdict}")
        if row.state == State.LIVE and (problem := unusable(row, base)):
            lines.append(f"    Not used: {problem}")
    return "\n".join(lines)


def _labels(labels: dict[str, Any]) -> list[str]:
    sources = ", ".join(f"{number} {name}" for name, number in labels["provenance"].items())
    return [
        f"  Labels: {labels['labels']} ({labels['rejected']} rejected); {sources or 'none'}; "
        f"{labels['authors']} authors, {labels['moderators']} moderators",
        f"  Left out: {labels['near_copies_left_out']} near-copies, "
        f"{labels['over_author_cap_left_out']} beyond their author's share",
    ]


def _figures(report: dict[str, Any]) -> list[str]:
    lines = [f"  {'On the later decisions':<44} {'AUC (95 %)':<22} {'AP':<7} {'Brier':<7} ECE"]
    for name, figures in (
        ("candidate", report["candidate"]),
        (f"now: {report['current']['name']}", report["current"]),
    ):
        low, high = figures["auc_interval"]
        auc = f"{figures['auc']:.3f} ({low:.3f}-{high:.3f})"
        lines.append(
            f"  {name:<44} {auc:<22} {figures['average_precision']:<7.3f} "
            f"{figures['brier']:<7.3f} {figures['ece']:.3f}"
        )
        lines += [
            f"    at {at['threshold']:g}: precision {_share(at['precision'])}, recall "
            f"{_share(at['recall'])}, {at['share_above']:.1%} of all comments"
            f"{' (a threshold of the policy)' * at['in_policy']}"
            for at in figures["at"]
            if at["in_policy"] or figures is report["candidate"]
        ]
    return lines


def _languages(languages: dict[str, Any]) -> list[str]:
    return [f"    {language}: {_language(one)}" for language, one in languages.items()]


def _language(one: dict[str, Any]) -> str:
    counts = f"n={one['n']} ({one['positives']} rejected)"
    if "candidate_auc" not in one:
        return counts
    return f"{counts}, AUC {one['candidate_auc']:.3f}, now {one['current_auc']:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
