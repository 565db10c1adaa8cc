"""Measuring at once, in this process, for doors whose clients wait for the scores.

Those who come together are measured together: whoever gets the turn measures everything that
waits, in one batch, which costs hardly more than one comment. Nothing is stored.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moderation.models import Site
from moderation.platform.errors import Unavailable
from moderation.scoring.site_classifier import (
    SiteClassifier,
    UnusableBundle,
    bundled,
    usable_classifier,
)

if TYPE_CHECKING:
    from classifiers import Item, Measurement

logger = logging.getLogger(__name__)

# A promotion or a roll-back reaches the waiting clients' doors within this time.
REMEMBERED_SECONDS = 3.0
# A batch of eight costs little more than one text; so it is worth this wait to fill it.
LONGEST_WAIT_SECONDS = 0.003
# What one caller may have measured in one turn, unless a single text is longer.
PORTION_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """A text to measure, and what stands around it: the story, the comment it answers, the thread.

    `thread` holds earlier comments, oldest first. Everything but `text` may be empty.
    """

    text: str
    title: str = ""
    story: str = ""
    parent: str = ""
    thread: tuple[str, ...] = ()

    def item(self) -> Item:
        """What a classifier measures."""
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
    """The measurements in the order asked, by which classifier, and the languages it is for."""

    measurements: Sequence[Measurement]
    classifier: str
    languages: frozenset[str]
    # The site's own version measured likely_to_reject.
    learned: bool


@dataclass(slots=True, eq=False)
class Ticket:
    """What one caller asks, what came of it, and the lock that is open once the caller is called.

    Whoever is called without an outcome measures: for itself and all who wait.
    """

    classifier: SiteClassifier
    asked: Sequence[ScoreRequest]
    outcome: Sequence[Measurement] | Exception | None = None
    called: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Close the lock."""
        self.called.acquire()


class Counter:
    """The one place of a process where clients wait for scores."""

    def __init__(self) -> None:
        self._waiting: list[Ticket] = []
        self._arrived = threading.Condition()
        self._measuring = False
        self._expected = 1

    def measure(self, ticket: Ticket) -> Sequence[Measurement]:
        """Measure a ticket with whatever else waits. Raises what the classifier raises for it."""
        if self._has_to_wait(ticket):
            ticket.called.acquire()
        if ticket.outcome is None:
            self._measure_for_all()
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        assert ticket.outcome is not None
        return ticket.outcome

    def _has_to_wait(self, ticket: Ticket) -> bool:
        with self._arrived:
            self._waiting.append(ticket)
            if len(self._waiting) >= self._expected:
                self._arrived.notify()
            somebody, self._measuring = self._measuring, True
        return somebody

    def _measure_for_all(self) -> None:
        group: list[Ticket] = []
        try:
            group = self._gather()
            _measure_group(group)
        finally:
            self._call_next()
            for ticket in group:
                ticket.called.release()

    def _gather(self) -> list[Ticket]:
        """Return all who wait, after a moment for as many to come as came the last time."""
        with self._arrived:
            self._arrived.wait_for(
                lambda: len(self._waiting) >= self._expected, timeout=LONGEST_WAIT_SECONDS
            )
            group, self._waiting = self._waiting, []
            self._expected = len(group)
        return group

    def _call_next(self) -> None:
        with self._arrived:
            self._measuring = bool(self._waiting)
            if self._waiting:
                self._waiting[0].called.release()


def _measure_group(group: Sequence[Ticket]) -> None:
    """Measure tickets together; one that breaks its batch does not harm its neighbours.

    Sites without a version of their own share the bundled classifier, and so a batch.
    """
    by_classifier: dict[int, list[Ticket]] = {}
    for ticket in group:
        by_classifier.setdefault(id(ticket.classifier.adaptation), []).append(ticket)
    for tickets in by_classifier.values():
        try:
            _measure_tickets(tickets)
        except Exception:
            for ticket in tickets:
                _measure_alone(ticket)


def _measure_tickets(tickets: Sequence[Ticket]) -> None:
    items = [asked.item() for ticket in tickets for asked in ticket.asked]
    measured = iter(tickets[0].classifier.score_batch(items))
    for ticket in tickets:
        ticket.outcome = [next(measured) for _ in ticket.asked]


def _measure_alone(ticket: Ticket) -> None:
    try:
        _measure_tickets([ticket])
    except Exception as error:
        ticket.outcome = error


_counter = Counter()
_remembered: dict[int, tuple[float, SiteClassifier]] = {}


def forget() -> None:
    """Empty the memory of classifiers (tests, where ids may come again)."""
    _remembered.clear()


def warm() -> None:
    """Load the bundled classifier and measure one text, so that the first client need not wait.

    A bundle that cannot be used is logged: comments are taken in all the same, for people.
    """
    try:
        bundled().score_batch([ScoreRequest("Who pays for the second bridge?").item()])
    except UnusableBundle as error:
        logger.error("the classifier cannot be used: %s", error)


def measure(site: Site, asked: Iterable[ScoreRequest]) -> OnDemandResult:
    """Measure texts for a site now. Raises Unavailable when its classifier cannot be used."""
    classifier = _classifier_of(site)
    tickets = (Ticket(classifier, portion) for portion in _portions(asked))
    return OnDemandResult(
        [one for ticket in tickets for one in _counter.measure(ticket)],
        classifier.name,
        classifier.base.languages,
        classifier.adaptation is not None,
    )


def _portions(asked: Iterable[ScoreRequest]) -> Iterator[list[ScoreRequest]]:
    """Cut what one caller asks so that the others get their turn in between."""
    portion: list[ScoreRequest] = []
    length = 0
    for one in asked:
        if portion and length + len(one.text) > PORTION_POINTS:
            yield portion
            portion, length = [], 0
        portion.append(one)
        length += len(one.text)
    if portion:
        yield portion


def _classifier_of(site: Site) -> SiteClassifier:
    found = _remembered.get(site.pk)
    if found is not None and found[0] >= time.monotonic():
        return found[1]
    classifier = usable_classifier(site.pk)
    if classifier is None:
        raise Unavailable("The classifier cannot be used.", code="no_classifier")
    _remembered[site.pk] = (time.monotonic() + REMEMBERED_SECONDS, classifier)
    return classifier
