"""Measuring at once, in this process, for doors whose clients wait for the scores.

Those who come together are measured together: whoever gets the turn measures everything that
waits, in one batch, which costs hardly more than one comment. Nothing is stored.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moderation.models import Site
from moderation.services.classifiers import SiteClassifier, bundled
from moderation.services.errors import Unavailable
from moderation.services.judging import usable_classifier

if TYPE_CHECKING:
    from classifiers import Item, Measurement

logger = logging.getLogger(__name__)

# A promotion or a roll-back reaches the waiting clients' doors within this time.
REMEMBERED_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Asked:
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
        from classifiers import Item  # noqa: PLC0415 (see services.classifiers)

        return Item(
            self.text,
            title=self.title,
            story=self.story,
            parent=self.parent,
            thread=self.thread,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements in the order asked, by which classifier, and the languages it is for."""

    measurements: Sequence[Measurement]
    classifier: str
    languages: frozenset[str]
    # The site's own version measured likely_to_reject.
    learned: bool


@dataclass(slots=True, eq=False)
class Ticket:
    """What one caller asks, and what came of it."""

    classifier: SiteClassifier
    asked: Sequence[Asked]
    outcome: Sequence[Measurement] | Exception | None = field(default=None)


class Counter:
    """The one place of a process where clients wait for scores."""

    def __init__(self) -> None:
        self._waiting: list[Ticket] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def measure(self, ticket: Ticket) -> Sequence[Measurement]:
        """Measure a ticket with whatever else waits. Raises what the classifier raises for it."""
        with self._guard:
            self._waiting.append(ticket)
        with self._turn:
            if ticket.outcome is None:
                with self._guard:
                    group, self._waiting = self._waiting, []
                _measure_group(group)
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        assert ticket.outcome is not None
        return ticket.outcome


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
    from classifiers import BundleError  # noqa: PLC0415 (see services.classifiers)

    try:
        bundled().score_batch([Asked("Who pays for the second bridge?").item()])
    except (BundleError, OSError) as error:
        logger.error("the classifier cannot be used: %s", error)


def measure(site: Site, asked: Iterable[Asked]) -> Measured:
    """Measure texts for a site now. Raises Unavailable when its classifier cannot be used."""
    classifier = _classifier_of(site)
    texts = list(asked)
    measurements = _counter.measure(Ticket(classifier, texts)) if texts else []
    return Measured(
        measurements,
        classifier.name,
        classifier.base.languages,
        classifier.adaptation is not None,
    )


def _classifier_of(site: Site) -> SiteClassifier:
    found = _remembered.get(site.pk)
    if found is not None and found[0] >= time.monotonic():
        return found[1]
    classifier = usable_classifier(site.pk)
    if classifier is None:
        raise Unavailable("The classifier cannot be used.", code="no_classifier")
    _remembered[site.pk] = (time.monotonic() + REMEMBERED_SECONDS, classifier)
    return classifier
