"""Which classifier measures a site's comments: the bundled one, and the site's own adaptation.

scikit-learn and the weights are loaded by the first comment that is measured, so that a web
process which measures none stays small and starts at once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.functions import Now

from moderation.models import ClassifierVersion
from moderation.platform.memo import Memo
from moderation.scoring.context import CommentContext

if TYPE_CHECKING:
    from classifiers import Classifier, Contribution, Item, Measurement
    from classifiers.site_model import Adaptation

logger = logging.getLogger(__name__)

LIVE = "SELECT id, digest FROM moderation_classifierversion WHERE site_id = %s AND state = 'live'"
COMPLAINT_SECONDS = 60.0
ADAPTED = "likely_to_reject"


@dataclass(frozen=True)
class SiteClassifier:
    """What measures one site's comments, and the row that its scores are stamped with."""

    base: Classifier
    adaptation: Adaptation | None
    row_pk: int
    name: str
    # The site's own version is live but cannot be read: its signal is missing where it should be.
    damaged: bool = False

    def score_batch(self, items: Sequence[Item]) -> list[Measurement]:
        """Measure items; one measurement each, in order, with likely_to_reject where learned."""
        measurements = self.base.score_batch(items)
        if self.adaptation is None:
            return measurements
        learned = self.adaptation.score_batch(items, measurements)
        return [
            replace(measured, signals={**measured.signals, ADAPTED: value})
            for measured, value in zip(measurements, learned, strict=True)
        ]

    def score_comments(self, contexts: Sequence[CommentContext]) -> list[Measurement]:
        """Score comments in their contexts; one measurement each, in order."""
        return self.score_batch([item_of(context) for context in contexts])

    def score_bundled(self, contexts: Sequence[CommentContext]) -> list[Measurement]:
        """Score comments by the bundled classifier alone."""
        return self.base.score_batch([item_of(context) for context in contexts])

    def explain(self, item: Item, signals: Sequence[str] | None = None) -> list[Contribution]:
        """Say which words weighed in which signal, strongest first; in all of them by default."""
        found = self.base.explain(item, signals=signals)
        if self.adaptation is not None and (signals is None or ADAPTED in signals):
            found += self.adaptation.explain(item)
        return sorted(found, key=lambda one: -abs(one.weight))


def item_of(context: CommentContext) -> Item:
    """Return a comment and its context as a classifier takes it: the thread oldest first."""
    from classifiers import Item  # noqa: PLC0415

    return Item(
        text=context.text,
        title=context.story.title,
        story=context.story.body,
        section=context.story.section,
        parent=context.parent,
        thread=tuple(reversed(context.story.thread)),
    )


class UnusableBundle(Exception):
    """The bundled classifier cannot be used; the message says why."""


def bundled() -> Classifier:
    """Return the bundled classifier, loaded once per process and verified by its checksum.

    Raises UnusableBundle when its files are missing, damaged or of another format.
    """
    # Heavy: loaded by what measures, when it does.
    from classifiers import BundleError, load  # noqa: PLC0415

    try:
        return load()
    except (BundleError, OSError) as error:
        raise UnusableBundle(str(error)) from error


def classifier_for(site_pk: int) -> SiteClassifier:
    """Return what measures the site's comments now.

    One small query finds the site's live version, so a promotion or a roll-back reaches every
    worker with its next batch; the weights are kept per version. A version that cannot be used is
    passed over: the bundled classifier serves alone, `damaged` says that it should not be alone.
    Raises UnusableBundle when the bundle itself cannot be used: then nothing may be
    decided by it.
    """
    base = bundled()
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [site_pk])
        live = cursor.fetchone()
    if live is None:
        return SiteClassifier(base, None, bundled_row_pk(), base.version)
    try:
        return _adapted.get_or_make((*live, base.version), _load)
    except VersionError as error:
        _complain(live[0], f"site {site_pk}: the bundled classifier serves alone: {error}")
        return SiteClassifier(base, None, bundled_row_pk(), base.version, damaged=error.damaged)


def score_for_site(
    site_pk: int, contexts: Sequence[CommentContext]
) -> tuple[SiteClassifier | None, Sequence[Measurement | None]]:
    """Return the site's classifier and its scores; None for each where it cannot be used."""
    classifier = usable_classifier(site_pk)
    if classifier is None:
        return None, [None] * len(contexts)
    return classifier, classifier.score_comments(contexts)


def usable_classifier(site_pk: int) -> SiteClassifier | None:
    """Return the site's classifier; None (and a line in the log) when the bundle is broken."""
    try:
        return classifier_for(site_pk)
    except UnusableBundle as error:
        logger.error("site %s: the classifier cannot be used: %s", site_pk, error)
        return None


class VersionError(Exception):
    """A site's own version cannot be used; `damaged` unless it is only out of date."""

    def __init__(self, message: str, *, damaged: bool) -> None:
        super().__init__(message)
        self.damaged = damaged


def load_version(row: ClassifierVersion, base: Classifier) -> Adaptation:
    """Return the adaptation that a row holds, verified by its digest.

    Raises VersionError when it was learned on another bundled classifier, or is damaged.
    """
    from classifiers import BundleError, site_model  # noqa: PLC0415

    if row.base is not None and row.base.name != base.version:
        raise VersionError(
            f"{row.name} was learned on {row.base.name} and {base.version} is installed; train "
            "the site anew.",
            damaged=False,
        )
    if row.computed_digest != row.digest:
        raise VersionError(
            f"the weights of {row.name} are damaged or altered; roll back or train anew.",
            damaged=True,
        )
    try:
        return site_model.from_bytes(bytes(row.artefact or b""), base)
    except BundleError as error:
        raise VersionError(f"{row.name}: {error}", damaged=True) from error


def unusable(row: ClassifierVersion, base: Classifier) -> str:
    """Return in words why a site's version cannot be used; "" when it can."""
    try:
        load_version(row, base)
    except VersionError as error:
        return str(error)
    return ""


# Row id, digest, version of the bundled classifier.
_adapted: Memo[tuple[int, str, str], SiteClassifier] = Memo(size=64)
_row_pks: Memo[str, int] = Memo(size=1)
_complaints: Memo[int, bool] = Memo(size=1000, seconds=COMPLAINT_SECONDS)


def _load(key: tuple[int, str, str]) -> SiteClassifier:
    row = ClassifierVersion.objects.select_related("base").get(pk=key[0])
    base = bundled()
    return SiteClassifier(base, load_version(row, base), row.pk, row.name)


def _complain(pk: int, message: str) -> None:
    """Log what is wrong with a version, once a minute: every batch meets it again."""
    if _complaints.add(pk, True):
        logger.error("%s", message)


def bundled_row_pk() -> int:
    """Return the row of the bundled classifier; register a version when it is new."""
    return _row_pks.get_or_make(bundled().version, _register)


def _register(version: str) -> int:
    base: Any = bundled()
    row, made = ClassifierVersion.objects.get_or_create(
        name=version,
        defaults={
            "state": ClassifierVersion.State.LIVE,
            "report": base.card,
            "verdict": "Shipped with this release",
            "promoted_at": Now(),
        },
    )
    if made:
        logger.info("the bundled classifier %s is registered", version)
    return row.pk


def forget() -> None:
    """Forget rows and adaptations: a row can be gone from the database."""
    for memory in (_adapted, _row_pks, _complaints):
        memory.clear()
