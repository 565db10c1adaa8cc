"""Which words of a comment to point at: those of the policy's lists, and those that weighed."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Iterator
from typing import Protocol

from moderation.models import Comment, Decision
from moderation.policy import FACTS
from moderation.scoring.preview import explain
from moderation.scoring.site_classifier import bundled
from moderation.templatetags.comment_text import Mark
from moderation.web.review.reasons import SignalLine, reason_marks

logger = logging.getLogger(__name__)

# A word is marked when it weighs at least this much (log-odds), and not much less than the
# strongest: a text in which every word is marked says nothing.
LEAST_WEIGHT = 0.5
LEAST_SHARE = 0.25
MARKED_WORDS = 12


class WordWeight(Protocol):
    """A word that moved a signal: its span in the text, and its weight in log-odds."""

    @property
    def signal(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def weight(self) -> float: ...


@functools.cache
def warm_up() -> None:
    """Load the classifier in the background, so that the first comment does not wait for it."""
    threading.Thread(target=_load_quietly, name="warm-up", daemon=True).start()


def _load_quietly() -> None:
    try:
        bundled()
    except Exception as error:
        logger.error("the classifier cannot explain: %s", type(error).__name__)


def build_marks(
    comment: Comment, decision: Decision | None, signals: list[SignalLine]
) -> list[Mark]:
    """Return the marks in the comment's text, for the signals that reach a threshold."""
    over = {signal.id for signal in signals if signal.over}
    marks = reason_marks(decision)
    for word in _heaviest(comment, over):
        label = f"Weighed: {FACTS[word.signal].phrase}"
        marks += [Mark(start, end, "weighed", label) for start, end in _all(comment.body, word)]
    return marks


def _heaviest(comment: Comment, signals: set[str]) -> list[WordWeight]:
    """Return the words that weighed most in these signals; nothing when no signal is high."""
    if not signals:
        return []
    try:
        contributions = explain(comment)
    except Exception as error:
        # An explanation is a help: without it the comment must still be decided. The error's own
        # words stay out of the log, they may quote the comment.
        logger.error("no explanation for comment %s: %s", comment.pk, type(error).__name__)
        return []
    raising: list[WordWeight] = [
        each for each in contributions if each.signal in signals and each.weight > 0
    ]
    raising.sort(key=lambda each: -each.weight)
    least = max(LEAST_WEIGHT, LEAST_SHARE * raising[0].weight) if raising else 0.0
    return [each for each in raising if each.weight >= least][:MARKED_WORDS]


def _all(body: str, word: WordWeight) -> Iterator[tuple[int, int]]:
    """Yield where the word stands and stands again: the classifier weighs a repeated word once."""
    yield word.start, word.end
    text = body[word.start : word.end]
    place = body.find(text) if text.strip() else -1
    while place >= 0:
        end = place + len(text)
        if place != word.start and _stands_alone(body, place, end):
            yield place, end
        place = body.find(text, end)


def _stands_alone(body: str, start: int, end: int) -> bool:
    return not (body[start - 1 : start].isalnum() or body[end : end + 1].isalnum())
