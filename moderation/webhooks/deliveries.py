"""Webhooks as a delivery queue: a row per decision and endpoint, sent as Standard Webhooks says."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.db.models import F
from django.db.models.functions import Greatest, Now

from moderation.decisions.payload import webhook_body, webhook_id
from moderation.models import Delivery, WebhookEndpoint
from moderation.webhooks.delivery_queue import Attempt, DeliveryQueue, Lane, Message
from moderation.webhooks.endpoints import disable_endpoint, plain_secrets
from moderation.webhooks.signing import signed_headers

MINUTE, HOUR = 60, 3600
# Seconds to wait before each attempt (Standard Webhooks 1.0.0): 75 h 35 min in all.
SCHEDULE = (
    *(0, 5, 5 * MINUTE, 30 * MINUTE),
    *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
)

OPEN = """
endpoint.disabled_at IS NULL
AND (endpoint.paused_until IS NULL OR endpoint.paused_until <= statement_timestamp())
"""
DUE = "delivery.state = 'due' AND delivery.due_at <= statement_timestamp()"
# Some endpoints at random, and of each the deliveries that have been due for longest.
CLAIM = f"""
WITH chosen AS (
    SELECT endpoint.id FROM moderation_webhookendpoint endpoint
    WHERE {OPEN} AND NOT endpoint.id = ANY(%(busy)s)
      AND EXISTS (
          SELECT 1 FROM moderation_delivery delivery
          WHERE delivery.endpoint_id = endpoint.id AND {DUE})
    ORDER BY random() LIMIT %(lanes)s
), picked AS MATERIALIZED (
    SELECT due.id FROM chosen CROSS JOIN LATERAL (
        SELECT delivery.id FROM moderation_delivery delivery
        WHERE delivery.endpoint_id = chosen.id AND {DUE}
        ORDER BY delivery.due_at, delivery.id LIMIT %(each)s
        FOR UPDATE SKIP LOCKED) due
)
UPDATE moderation_delivery
SET attempts = attempts + 1, due_at = statement_timestamp() + make_interval(secs => %(lease)s)
FROM picked WHERE moderation_delivery.id = picked.id
RETURNING moderation_delivery.id
"""
ANYTHING_DUE = f"""
SELECT EXISTS (
    SELECT 1 FROM moderation_webhookendpoint endpoint
    JOIN moderation_delivery delivery ON delivery.endpoint_id = endpoint.id
    WHERE {OPEN} AND {DUE})
"""


class WebhookQueue(DeliveryQueue[Delivery]):
    """Deliveries of decisions to the publishers' endpoints; each endpoint has lanes of its own."""

    name = "webhooks"
    rows = Delivery.objects.select_related(
        "endpoint", "decision__comment__story", "decision__comment__author", "decision__policy"
    )
    schedule = SCHEDULE
    claim_sql = CLAIM
    due_sql = ANYTHING_DUE
    sent_fields: ClassVar[dict[str, Any]] = {"sent_at": Now()}
    lanes_per_receiver = 4

    def prepare(self, row: Delivery, *_: Any) -> Message:
        """Return a delivery as it is sent; raises `Invalid` when its secret cannot be read."""
        body, secrets = webhook_body(row), plain_secrets(row.endpoint.secrets)
        headers = partial(signed_headers, webhook_id(row), body, secrets)
        return Message(row.pk, row.endpoint_id, row.attempts, row.endpoint.url, body, headers)

    def mark_failed(self, attempt: Attempt) -> bool:
        """Postpone or give up; 410 Gone disables the endpoint and gives up all its deliveries."""
        if attempt.status != 410:
            return super().mark_failed(attempt)
        endpoint = int(attempt.message.lane)
        disable_endpoint(endpoint, reason="The receiver answered 410 Gone.")
        self.give_up(attempt.message.pk, status=410, error="the receiver answered 410")
        self.rows.filter(endpoint=endpoint, state=Delivery.State.DUE).update(
            state=Delivery.State.DEAD, last_error="the webhook was disabled"
        )
        return True

    def pause(self, lane: Lane, seconds: float) -> None:
        """Leave an endpoint alone for `seconds`, in every process."""
        WebhookEndpoint.objects.filter(pk=lane).update(
            paused_until=Greatest(F("paused_until"), Now() + timedelta(seconds=seconds))
        )


WEBHOOKS = WebhookQueue()


def resend(delivery: Delivery) -> None:
    """Send a delivery again from the first attempt, under its `webhook-id`."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DUE, attempts=0, due_at=Now(), sent_at=None
    )
