"""Training: a site's classifier learns from its people's decisions, and the gate examines it.

The earlier decisions are learned from, the later ones are the test: the past has to predict the
future. A candidate is stored with its report whatever comes of it; only the gate makes it live.
Everything is written in one transaction at the end: a run that dies on the way leaves nothing.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from moderation.learning.gate import GateResult, decide_gate, examine
from moderation.learning.held_out import compare_later, measure, thresholds_of
from moderation.learning.label_sets import (
    FEWEST_LABELS,
    FEWEST_OF_A_KIND,
    LabelSet,
    collect,
    what_is_missing,
)
from moderation.learning.labels import Label, count_decisions
from moderation.learning.promote import promote
from moderation.learning.suggestions import count_suggestions
from moderation.models import ClassifierVersion, Site
from moderation.scoring.site_classifier import bundled, bundled_row_pk, classifier_for, unusable

if TYPE_CHECKING:
    from classifiers.site_model import Adaptation

logger = logging.getLogger(__name__)

# The later quarter of the decisions is the test.
LEARNED_SHARE = 0.75
# At least this many labels of each kind must be among the later ones.
FEWEST_LATER = 5
# A site is due for training after this many new decisions.
NEW_DECISIONS = 50
# After this time a run begins no further site; one site takes less than two minutes.
RUN_SECONDS = 60.0
# First half of the advisory lock's key; the second one is the site, or none for the daily run.
LOCK, EVERY_SITE = 0x7EA14, 0


@dataclass(frozen=True, slots=True)
class Training:
    """The result of a training run, for people.

    state: running (another run has the site), too_few, refused, promoted; or, in a dry run, what
    would have become of it. version: the stored row, None where nothing was stored.
    """

    site: Site
    state: str
    words: str
    report: dict[str, Any] = field(default_factory=dict)
    version: ClassifierVersion | None = None


def retrain(site: Site, *, dry_run: bool = False, seed: int = 0) -> Training:
    """Learn from the site's labels, compare on the later ones, store, and promote if it is better.

    dry_run: store and promote nothing. Same labels and seed give the same bytes. Raises
    UnusableBundle when the bundled classifier cannot be used.
    """
    with _alone(site.pk) as alone:
        if not alone:
            return Training(site, "running", f"{site.name} is being trained already.")
        found = collect(site)
        summary = found.summary()
        learned, later = split(found.labels)
        if missing := what_is_missing(found.labels) or _missing_later(learned, later):
            return Training(site, "too_few", missing, {"labels": summary})
        candidate = _learn(site, found, len(learned), seed=seed)
        candidate.report["labels"] = summary
        version = None if dry_run else _store(site, candidate)
        verdict = candidate.verdict
        state = "promoted" if verdict.promote else "refused"
        return Training(site, state, verdict.words, candidate.report, version)


def retrain_due(seconds: float = RUN_SECONDS) -> bool:
    """Train every site that has enough new decisions; return whether some are left for later.

    One such run at a time, so that one worker process at most is taken from scoring; a second one
    has nothing to do. A site that cannot be trained is logged and keeps no other from it.
    """
    ends_at = time.monotonic() + seconds
    with _alone(EVERY_SITE) as alone:
        if not alone:
            return False
        for site in Site.objects.order_by("pk"):
            if not is_due(site):
                continue
            if time.monotonic() >= ends_at:
                return True
            _retrain_logged(site)
    return False


def _retrain_logged(site: Site) -> None:
    try:
        training = retrain(site)
    except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
        raise  # out of time, or no database
    except Exception as error:
        # Without the error's own words: they may quote a comment.
        logger.error("site %s could not be trained: %s", site.pk, type(error).__name__)
    else:
        logger.info("site %s: training: %s: %s", site.pk, training.state, training.words)


def is_due(site: Site) -> bool:
    """Tell whether there are enough new decisions, or the last version cannot be used."""
    last = (
        ClassifierVersion.objects.filter(site=site).select_related("base").order_by("-pk").first()
    )
    if last is None:
        return _count_new(site, {}, up_to=FEWEST_LABELS) >= FEWEST_LABELS
    if unusable(last, bundled()):
        return True
    return _count_new(site, last.report.get("labels", {}), up_to=NEW_DECISIONS) >= NEW_DECISIONS


def _count_new(site: Site, known: dict[str, Any], *, up_to: int) -> int:
    """Count decisions and trusted suggestions since a report's labels, `up_to` of each at most."""
    decided = count_decisions(site, after=int(known.get("last_decision", 0)), up_to=up_to)
    after = int(known.get("last_suggestion", 0))
    return decided + count_suggestions(site, after=after, up_to=up_to)


def split(labels: Sequence[Label]) -> tuple[Sequence[Label], Sequence[Label]]:
    """Return the earlier labels, to learn from, and the later ones, to test on."""
    cut = int(len(labels) * LEARNED_SHARE)
    return labels[:cut], labels[cut:]


def _missing_later(learned: Sequence[Label], later: Sequence[Label]) -> str:
    for part, when, fewest in (
        (learned, "earlier", FEWEST_OF_A_KIND // 2),
        (later, "later", FEWEST_LATER),
    ):
        rejected = sum(label.rejected for label in part)
        for number, what in ((rejected, "rejected"), (len(part) - rejected, "approved")):
            if number < fewest:
                return (
                    f"The {when} {len(part)} of the labels hold {number} {what} comments; "
                    f"{fewest} are needed to learn from the past and test on what came after."
                )
    return ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a run learned: its weights, the bundled row, the report and the gate's verdict."""

    adaptation: Adaptation
    base_pk: int
    report: dict[str, Any]
    verdict: GateResult


def _learn(site: Site, found: LabelSet, cut: int, *, seed: int) -> Candidate:
    """Learn from the labels before `cut`, and compare with the live classifier on the others."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 (heavy: only training needs it)

    from classifiers import site_model  # noqa: PLC0415

    serving, base_pk = classifier_for(site.pk), bundled_row_pk()
    targets = [label.rejected for label in found.labels]
    with threadpool_limits(limits=1):  # other processes score comments at the same time
        items, measured = measure(found.labels, serving)
        adaptation = site_model.fit(
            serving.base,
            items[:cut],
            targets[:cut],
            weights=found.weights[:cut],
            seed=seed,
            measurements=measured[:cut],
        )
        later = compare_later(serving, adaptation, items, measured, targets, cut)
        report = examine(later, thresholds_of(site))
        verdict = decide_gate(report)
    report |= {"learned": adaptation.card, "passed": verdict.promote}
    return Candidate(adaptation, base_pk, report, verdict)


def _store(site: Site, candidate: Candidate) -> ClassifierVersion:
    """Write the candidate with its report, and promote it if it passed: all or nothing."""
    version = ClassifierVersion(
        site=site,
        base_id=candidate.base_pk,
        name=_next_name(site),
        artefact=candidate.adaptation.to_bytes(),
        report=candidate.report,
        verdict=candidate.verdict.words,
    )
    version.digest = version.computed_digest
    with transaction.atomic():
        version.save()
        if candidate.verdict.promote:
            promote(version)
    return version


def _next_name(site: Site) -> str:
    names = ClassifierVersion.objects.filter(site=site).values_list("name", flat=True)
    numbers = [int(name.rpartition("-")[2]) for name in names if name.rpartition("-")[2].isdigit()]
    return f"{site.slug}-{max(numbers, default=0) + 1}"


@contextlib.contextmanager
def _alone(number: int) -> Iterator[bool]:
    """Hold the training lock of a site, or of all sites; False when another run holds it.

    PostgreSQL frees the lock of a run that died.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, number])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            _release(number)


def _release(number: int) -> None:
    """Free the lock; a broken connection has freed it already."""
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, number])
