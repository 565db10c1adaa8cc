"""Rows to send to receivers: claimed by a lease, then marked as sent, postponed or given up.

`sender` sends the rows. Webhooks and Akismet's callbacks are a queue each.
"""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from moderation.models import Outgoing
from moderation.platform.errors import ModerationError
from moderation.webhooks.http_client import Answer

MAXIMUM_RETRY_AFTER = 24 * 3600
# A failing receiver gets no other message for this long, so that it costs little.
MAXIMUM_PAUSE = 60
# A lane starts no call after LANE_SECONDS. The last call ends within the timeout, in the lease.
LANE_SECONDS = 10
LEASE_MARGIN_SECONDS = 15
MESSAGES_PER_LANE = 20

Lane = int | str
Row = TypeVar("Row", bound=Outgoing)


@dataclass(frozen=True)
class Message:
    """A claimed row, ready to be sent without the database; `lane` names its receiver."""

    pk: int
    lane: Lane
    attempts: int
    url: str
    body: bytes
    # Makes the headers of one attempt. It may hold secrets.
    headers: Callable[[], Mapping[str, str]] = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """One call's result: an answer, or the reason why there is none."""

    message: Message
    answer: Answer | None = None
    error: str = ""

    @property
    def status(self) -> int | None:
        """The answer's HTTP status."""
        return self.answer.status if self.answer else None

    @property
    def sent(self) -> bool:
        """True when the receiver accepted the message: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def receiver_fails(self) -> bool:
        """True when the next message to this receiver would fail, too."""
        return self.status in (None, 410, 429, 502, 503, 504)


class DeliveryQueue(ABC, Generic[Row]):
    """The rows of one table that wait to be sent."""

    # Names the background thread and the log lines.
    name: str
    rows: QuerySet[Row]
    # Seconds to wait before each attempt.
    schedule: Sequence[float]
    # Claims rows by a lease; returns their ids first. Gets `busy`, `lanes`, `each` and `lease`.
    claim_sql: str
    # Tells whether a row is due.
    due_sql: str
    # What a sent row has besides its state and status.
    sent_fields: ClassVar[dict[str, Any]]
    # Calls at the same time to a receiver that has accepted a message.
    lanes_per_receiver = 1

    def __init__(self) -> None:
        # Held while a thread of this process sends the queue's messages.
        self.sending = threading.Lock()

    @abstractmethod
    def prepare(self, row: Row, *claimed: Any) -> Message:
        """Return a row as it is sent, from the row and what else `claim_sql` returned for it.

        Raises ModerationError, such as for a secret that cannot be read.
        """

    def pause(self, lane: Lane, seconds: float) -> None:
        """Send a failing receiver nothing for `seconds`, in every process that can know of it."""

    def due(self, pks: Iterable[int]) -> QuerySet[Row]:
        """Return those of the rows that are not yet sent, withheld or given up."""
        return self.rows.filter(pk__in=list(pks), state=Outgoing.State.DUE)

    def anything_due(self) -> bool:
        """Tell whether `claim` would find a row; costs one small query."""
        with connection.cursor() as cursor:
            cursor.execute(self.due_sql)
            return bool(cursor.fetchone()[0])

    def claim(self, *, busy: Iterable[Lane], lanes: int) -> dict[Lane, list[Message]]:
        """Claim due messages for up to `lanes` receivers that are not in `busy`, by receiver.

        An attempt is counted before it is made: a message that kills its process every time is
        given up here after the last attempt.
        """
        lease = LANE_SECONDS + settings.WEBHOOK_TIMEOUT_SECONDS + LEASE_MARGIN_SECONDS
        values = {"busy": list(busy), "lanes": lanes, "each": MESSAGES_PER_LANE, "lease": lease}
        with connection.cursor() as cursor:
            cursor.execute(self.claim_sql, values)
            claimed = {pk: extra for pk, *extra in cursor.fetchall()}
        messages: dict[Lane, list[Message]] = {}
        for row in self.rows.filter(pk__in=claimed).order_by("pk"):
            if row.attempts > len(self.schedule):
                self.give_up(row.pk, error="every attempt broke off")
                continue
            try:
                message = self.prepare(row, *claimed[row.pk])
            except ModerationError as error:
                self.postpone(row.pk, row.attempts, error=str(error))
                continue
            messages.setdefault(message.lane, []).append(message)
        return messages

    def mark_sent(self, attempts: Sequence[Attempt]) -> None:
        """Record that the receivers accepted these messages, in one statement per status."""
        for status in {attempt.status for attempt in attempts}:
            pks = [attempt.message.pk for attempt in attempts if attempt.status == status]
            self.due(pks).update(
                state=Outgoing.State.SENT, last_status=status, last_error="", **self.sent_fields
            )

    def mark_failed(self, attempt: Attempt) -> bool:
        """Postpone a failed message by the schedule or give it up; return whether given up."""
        message, status = attempt.message, attempt.status
        error = attempt.error or f"the receiver answered {status}"
        asked = retry_after(attempt.answer) if attempt.answer and status in (429, 503) else 0.0
        seconds = self.postpone(
            message.pk, message.attempts, error=error, status=status, at_least=asked
        )
        if seconds is not None and attempt.receiver_fails:
            self.pause(message.lane, max(min(seconds, MAXIMUM_PAUSE), asked))
        return seconds is None

    def postpone(
        self, pk: int, attempts: int, *, error: str, status: int | None = None, at_least: float = 0
    ) -> float | None:
        """Postpone a message and return for how many seconds; give it up after the last attempt."""
        if attempts >= len(self.schedule):
            self.give_up(pk, error=error, status=status)
            return None
        seconds = max(self.schedule[attempts] * random.uniform(0.9, 1.1), at_least)
        due_at = Now() + timedelta(seconds=seconds)
        self.due([pk]).update(due_at=due_at, last_status=status, last_error=error[:300])
        return seconds

    def give_up(self, pk: int, *, error: str, status: int | None = None) -> None:
        """Make no further attempt; the row stays visible."""
        dead = Outgoing.State.DEAD
        self.due([pk]).update(state=dead, last_status=status, last_error=error[:300])

    def release(self, pks: Iterable[int]) -> None:
        """Return messages that were claimed and not tried to the queue."""
        self.due(pks).update(due_at=Now(), attempts=F("attempts") - 1)


def retry_after(answer: Answer) -> float:
    """Return the seconds that the receiver asks us to wait (RFC 9110, 10.2.3); 0 without a wish."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), MAXIMUM_RETRY_AFTER))
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(seconds, 0.0), float(MAXIMUM_RETRY_AFTER))
