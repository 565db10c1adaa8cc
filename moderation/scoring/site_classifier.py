"""The classifier of a site: the bundled one, with the site's own version where it has one.

The first comment to score loads scikit-learn and the weights, so a web process that scores no
comment stays small and starts at once.
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
    """Scores one site's comments; its scores carry the id of this version's row."""

    base: Classifier
    adaptation: Adaptation | None
    row_pk: int
    name: str
    # The site's own version is live but unreadable, so its signal is missing.
    damaged: bool = False

    def score_batch(self, items: Sequence[Item]) -> list[Measurement]:
        """Score items; one measurement each, in order, with likely_to_reject where learned."""
        measurements = self.base.score_batch(items)
        if self.adaptation is None:
            return measurements
        learned = self.adaptation.score_batch(items, measurements)
        return [
            replace(measurement, signals={**measurement.signals, ADAPTED: value})
            for measurement, value in zip(measurements, learned, strict=True)
        ]

    def score_comments(self, contexts: Sequence[CommentContext]) -> list[Measurement]:
        """Score comments in their contexts; one measurement each, in order."""
        return self.score_batch([item_of(context) for context in contexts])

    def score_bundled(self, contexts: Sequence[CommentContext]) -> list[Measurement]:
        """Score comments by the bundled classifier alone."""
        return self.base.score_batch([item_of(context) for context in contexts])

    def explain(self, item: Item, signals: Sequence[str] | None = None) -> list[Contribution]:
        """Return the words that moved each signal, strongest first; of all signals by default."""
        words = self.base.explain(item, signals=signals)
        if self.adaptation is not None and (signals is None or ADAPTED in signals):
            words += self.adaptation.explain(item)
        return sorted(words, key=lambda word: -abs(word.weight))


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
    """The bundled classifier is not usable; the message says why."""


def bundled() -> Classifier:
    """Return the bundled classifier; a process loads it once and verifies its checksum.

    Raises UnusableBundle when its files are missing, damaged or of another format.
    """
    # Slow to import, so only processes that score load it.
    from classifiers import BundleError, load  # noqa: PLC0415

    try:
        return load()
    except (BundleError, OSError) as error:
        raise UnusableBundle(str(error)) from error


def classifier_for(site_pk: int) -> SiteClassifier:
    """Return the classifier of the site now.

    One small query finds the site's live version, so a promotion or a roll-back reaches every
    worker with its next batch. The process keeps the weights of each version. When a version is not
    usable, the bundled classifier scores alone; `damaged` says that the version should be usable.
    Raises UnusableBundle when the bundle itself is not usable: it must decide nothing.
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
    """A site's own version is not usable; `damaged` unless it is only out of date."""

    def __init__(self, message: str, *, damaged: bool) -> None:
        super().__init__(message)
        self.damaged = damaged


def load_version(row: ClassifierVersion, base: Classifier) -> Adaptation:
    """Return the adaptation in a row, verified by its digest.

    Raises VersionError when it is damaged, or learned on another bundled classifier.
    """
    from classifiers import BundleError, site_model  # noqa: PLC0415

    if row.base is not None and row.base.name != base.version:
        raise VersionError(
            f"{row.name} was learned on {row.base.name} and {base.version} is installed. "
            "Train the site again.",
            damaged=False,
        )
    if row.computed_digest != row.digest:
        raise VersionError(
            f"the weights of {row.name} are damaged or altered. Roll back, or train again.",
            damaged=True,
        )
    try:
        return site_model.from_bytes(bytes(row.artefact or b""), base)
    except BundleError as error:
        raise VersionError(f"{row.name}: {error}", damaged=True) from error


def unusable(row: ClassifierVersion, base: Classifier) -> str:
    """Return the message why a site's version is not usable; "" when it is."""
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
