"""Scores texts at once, in this process, for clients that wait for the scores. Stores nothing.

Texts of several clients share a batch, which costs hardly more than one text (see
platform.batching).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.models import Site
from moderation.platform.batching import Batcher
from moderation.platform.errors import Unavailable
from moderation.platform.memo import Memo
from moderation.scoring.site_classifier import (
    SiteClassifier,
    UnusableBundle,
    bundled,
    usable_classifier,
)

if TYPE_CHECKING:
    from classifiers import Item, Measurement

logger = logging.getLogger(__name__)

# A promotion or a roll-back takes effect for these clients within this time.
REMEMBERED_SECONDS = 3.0
SITES = 1000
# A batch of eight costs little more than one text, so a fuller batch is worth this wait.
FILL_SECONDS = 0.003
# One caller's share of a batch, in code points; a single longer text is a share by itself.
PORTION_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """A text to score and its context: the story, the comment it answers, the thread.

    `thread` holds earlier comments, oldest first. Every field but `text` may be empty.
    """

    text: str
    title: str = ""
    story: str = ""
    parent: str = ""
    thread: tuple[str, ...] = ()

    def item(self) -> Item:
        """Return the item that a classifier scores."""
        from classifiers import Item  # noqa: PLC0415 (see scoring.site_classifier)

        return Item(
            self.text,
            title=self.title,
            story=self.story,
            parent=self.parent,
            thread=self.thread,
        )


@dataclass(frozen=True, slots=True)
class OnDemandResult:
    """The measurements in the order of the requests, their classifier and its languages."""

    measurements: Sequence[Measurement]
    classifier: str
    languages: frozenset[str]
    # The site's own version scored likely_to_reject.
    learned: bool


@dataclass(slots=True, eq=False)
class PendingScores:
    """One caller's texts, and their measurements once the batch is done."""

    classifier: SiteClassifier
    requests: Sequence[ScoreRequest]
    outcome: Sequence[Measurement] | Exception | None = None

    def result(self) -> Sequence[Measurement]:
        """Return the measurements. Raises what the classifier raised for these texts."""
        if isinstance(self.outcome, Exception):
            raise self.outcome
        assert self.outcome is not None
        return self.outcome


def score_group(group: Sequence[PendingScores]) -> None:
    """Score texts in one batch; a text that breaks the batch harms no other caller's texts.

    Sites without a version of their own share the bundled classifier, and so a batch.
    """
    by_classifier: dict[int, list[PendingScores]] = {}
    for pending in group:
        by_classifier.setdefault(id(pending.classifier.adaptation), []).append(pending)
    for batch in by_classifier.values():
        try:
            _score(batch)
        except Exception:
            for pending in batch:
                _score_alone(pending)


def _score(batch: Sequence[PendingScores]) -> None:
    items = [request.item() for pending in batch for request in pending.requests]
    measurements = iter(batch[0].classifier.score_batch(items))
    for pending in batch:
        pending.outcome = [next(measurements) for _ in pending.requests]


def _score_alone(pending: PendingScores) -> None:
    try:
        _score([pending])
    except Exception as error:
        pending.outcome = error


_batcher = Batcher(score_group, fill_seconds=FILL_SECONDS)
_classifiers: Memo[int, SiteClassifier] = Memo(size=SITES, seconds=REMEMBERED_SECONDS)


def warm() -> None:
    """Load the bundled classifier and score one text, so that the first client need not wait.

    A bundle that cannot be used is logged. The API still accepts comments, for people to review.
    """
    try:
        bundled().score_batch([ScoreRequest("Who pays for the second bridge?").item()])
    except UnusableBundle as error:
        logger.error("the classifier cannot be used: %s", error)


def measure(site: Site, requests: Iterable[ScoreRequest]) -> OnDemandResult:
    """Score texts for a site now. Raises Unavailable when its classifier cannot be used."""
    classifier = _classifiers.get_or_make(site.pk, _usable)
    measurements: list[Measurement] = []
    for portion in _portions(requests):
        pending = PendingScores(classifier, portion)
        _batcher.submit(pending)
        measurements += pending.result()
    return OnDemandResult(
        measurements,
        classifier.name,
        classifier.base.languages,
        classifier.adaptation is not None,
    )


def _portions(requests: Iterable[ScoreRequest]) -> Iterator[list[ScoreRequest]]:
    """Split a caller's texts, so that other callers get their turn in between."""
    portion: list[ScoreRequest] = []
    length = 0
    for request in requests:
        if portion and length + len(request.text) > PORTION_POINTS:
            yield portion
            portion, length = [], 0
        portion.append(request)
        length += len(request.text)
    if portion:
        yield portion


def _usable(site_pk: int) -> SiteClassifier:
    classifier = usable_classifier(site_pk)
    if classifier is None:
        raise Unavailable("The classifier cannot be used.", code="no_classifier")
    return classifier
