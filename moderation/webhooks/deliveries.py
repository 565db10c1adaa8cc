"""The deliveries as rows: claimed by a lease, marked when they were sent, put off when not."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from moderation.decisions.payload import webhook_body, webhook_id
from moderation.models import Delivery
from moderation.platform.errors import ModerationError
from moderation.webhooks.endpoints import disable_endpoint, plain_secrets
from moderation.webhooks.http_client import Answer

MINUTE, HOUR = 60, 3600
# Seconds to wait before each attempt (Standard Webhooks 1.0.0): 75 h 35 min in all.
SCHEDULE = (
    0,
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
MAXIMUM_RETRY_AFTER = 24 * HOUR
# A failing endpoint gets no other delivery for this long, so that it costs little.
MAXIMUM_PAUSE = 60
# A lane starts no delivery after LANE_SECONDS; the last one ends within the timeout, in the lease.
LANE_SECONDS = 10
LEASE_MARGIN_SECONDS = 15
DELIVERIES_PER_LANE = 20

CLAIM = """
WITH chosen AS (
    SELECT endpoint.id FROM moderation_webhookendpoint endpoint
    WHERE endpoint.disabled_at IS NULL
      AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= statement_timestamp())
      AND NOT endpoint.id = ANY(%(busy)s)
      AND EXISTS (
          SELECT 1 FROM moderation_delivery delivery
          WHERE delivery.endpoint_id = endpoint.id
            AND delivery.state = 'due' AND delivery.due_at <= statement_timestamp())
    ORDER BY random() LIMIT %(endpoints)s
), picked AS MATERIALIZED (
    SELECT due.id FROM chosen CROSS JOIN LATERAL (
        SELECT delivery.id FROM moderation_delivery delivery
        WHERE delivery.endpoint_id = chosen.id
          AND delivery.state = 'due' AND delivery.due_at <= statement_timestamp()
        ORDER BY delivery.due_at, delivery.id LIMIT %(each)s
        FOR UPDATE SKIP LOCKED) due
)
UPDATE moderation_delivery
SET attempts = attempts + 1, due_at = statement_timestamp() + make_interval(secs => %(lease)s)
FROM picked WHERE moderation_delivery.id = picked.id
RETURNING moderation_delivery.id
"""
ANYTHING_DUE = """
SELECT EXISTS (
    SELECT 1 FROM moderation_webhookendpoint endpoint
    JOIN moderation_delivery delivery ON delivery.endpoint_id = endpoint.id
    WHERE endpoint.disabled_at IS NULL
      AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= statement_timestamp())
      AND delivery.state = 'due' AND delivery.due_at <= statement_timestamp())
"""
SENT = """
UPDATE moderation_delivery
SET state = 'sent', sent_at = statement_timestamp(), last_status = answered.status, last_error = ''
FROM unnest(%s::bigint[], %s::smallint[]) AS answered (id, status)
WHERE moderation_delivery.id = answered.id AND moderation_delivery.state = 'due'
"""
POSTPONE = """
UPDATE moderation_delivery
SET due_at = statement_timestamp() + make_interval(secs => %s), last_status = %s, last_error = %s
WHERE id = %s AND state = 'due'
"""
PAUSE = """
UPDATE moderation_webhookendpoint
SET paused_until = GREATEST(paused_until, statement_timestamp() + make_interval(secs => %s))
WHERE id = %s
"""


@dataclass(frozen=True)
class DueDelivery:
    """A claimed delivery, ready to be sent without the database."""

    delivery: int
    endpoint: int
    attempts: int
    url: str
    secrets: tuple[str, ...]
    webhook_id: str
    body: bytes


@dataclass(frozen=True)
class Attempt:
    """What became of one sending: an answer, or the reason why there is none."""

    message: DueDelivery
    answer: Answer | None = None
    error: str = ""

    @property
    def sent(self) -> bool:
        """True when the receiver took it: any 2xx."""
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def endpoint_fails(self) -> bool:
        """True when the next delivery to this endpoint would fare no better."""
        return self.answer is None or self.answer.status in (410, 429, 502, 503, 504)


def anything_due() -> bool:
    """Tell whether `claim` would find something; costs one small query."""
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_DUE)
        return bool(cursor.fetchone()[0])


def claim(*, busy: Iterable[int], endpoints: int) -> dict[int, list[DueDelivery]]:
    """Take due deliveries of up to `endpoints` endpoints not in `busy`, by lease; per endpoint.

    An attempt is counted before it is made, so that one that kills its process does not come back
    for ever: after the last, it is given up here.
    """
    lease = LANE_SECONDS + settings.WEBHOOK_TIMEOUT_SECONDS + LEASE_MARGIN_SECONDS
    values = {
        "busy": list(busy),
        "endpoints": endpoints,
        "each": DELIVERIES_PER_LANE,
        "lease": lease,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        claimed = [row[0] for row in cursor.fetchall()]
    deliveries = Delivery.objects.filter(pk__in=claimed).select_related(
        "endpoint", "decision__comment__story", "decision__comment__author", "decision__policy"
    )
    lanes: dict[int, list[DueDelivery]] = {}
    for delivery in deliveries.order_by("pk"):
        if delivery.attempts > len(SCHEDULE):
            give_up(delivery.pk, status=None, error="every attempt broke off")
            continue
        try:
            message = prepare(delivery)
        except ModerationError as error:
            postpone(delivery.pk, seconds=5 * MINUTE, status=None, error=str(error))
            continue
        lanes.setdefault(delivery.endpoint_id, []).append(message)
    return lanes


def prepare(delivery: Delivery) -> DueDelivery:
    """Return a delivery as it is sent; raises `Invalid` when its secret cannot be read."""
    return DueDelivery(
        delivery=delivery.pk,
        endpoint=delivery.endpoint_id,
        attempts=delivery.attempts,
        url=delivery.endpoint.url,
        secrets=tuple(plain_secrets(delivery.endpoint.secrets)),
        webhook_id=webhook_id(delivery),
        body=webhook_body(delivery),
    )


def mark_sent(attempts: Sequence[Attempt]) -> None:
    """Write down that the receivers took these, in one statement."""
    ids = [attempt.message.delivery for attempt in attempts]
    statuses = [attempt.answer.status if attempt.answer else None for attempt in attempts]
    with connection.cursor() as cursor:
        cursor.execute(SENT, [ids, statuses])


def mark_failed(attempt: Attempt) -> bool:
    """Put a failed delivery off by the schedule, or give it up; return whether it was given up.

    410 Gone disables the endpoint and gives up all that waits for it. Retry-After is honoured.
    """
    message, answer = attempt.message, attempt.answer
    status = answer.status if answer else None
    error = attempt.error or f"the receiver answered {status}"
    if status == 410:
        disable_endpoint(message.endpoint, reason="The receiver answered 410 Gone.")
        Delivery.objects.filter(endpoint=message.endpoint, state=Delivery.State.DUE).exclude(
            pk=message.delivery
        ).update(state=Delivery.State.DEAD, last_error="the webhook was disabled")
    if status == 410 or message.attempts >= len(SCHEDULE):
        give_up(message.delivery, status=status, error=error)
        return True
    seconds = SCHEDULE[message.attempts] * random.uniform(0.9, 1.1)
    pause = min(seconds, MAXIMUM_PAUSE)
    if answer and status in (429, 503):
        asked = retry_after(answer)
        seconds, pause = max(seconds, asked), max(pause, asked)
    postpone(message.delivery, seconds=seconds, status=status, error=error)
    if attempt.endpoint_fails:
        with connection.cursor() as cursor:
            cursor.execute(PAUSE, [pause, message.endpoint])
    return False


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


def postpone(delivery: int, *, seconds: float, status: int | None, error: str) -> None:
    """Make a delivery due again in `seconds`, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(POSTPONE, [seconds, status, error[:300], delivery])


def give_up(delivery: int, *, status: int | None, error: str) -> None:
    """Stop trying; the delivery stays visible and can be sent again by hand."""
    Delivery.objects.filter(pk=delivery, state=Delivery.State.DUE).update(
        state=Delivery.State.DEAD, last_status=status, last_error=error[:300]
    )


def release(deliveries: Iterable[int]) -> None:
    """Give back deliveries that were claimed and not tried."""
    Delivery.objects.filter(pk__in=list(deliveries), state=Delivery.State.DUE).update(
        due_at=Now(), attempts=F("attempts") - 1
    )
