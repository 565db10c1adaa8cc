"""Akismet's callbacks as a delivery queue: a row per comment that a client holds as pending.

The form is that of the WordPress plugin: the plugin knows us by its own key and finds the comment
by the guid that `check` gave it.
"""

from __future__ import annotations

import json
import logging
from typing import Any, ClassVar
from uuid import UUID

from moderation.decisions.public_status import STATUS_SQL
from moderation.models import Callback, Site, Status
from moderation.webhooks.delivery_queue import DeliveryQueue, Message
from moderation.webhooks.endpoints import plain_secrets

logger = logging.getLogger(__name__)

HEADERS = {"Content-Type": "application/json", "User-Agent": "Moderato-Callbacks/1"}
# Seconds to wait before each attempt: 18 h 36 min in all.
SCHEDULE = (0, 60, 300, 1_800, 7_200, 18_000, 36_000)
# A client's secrets are not kept once it knows the decision.
FORGOTTEN: dict[str, Any] = {"key": "", "fields": {}}

# A callback waits until readers may know the decision on its comment.
DUE = f"""
FROM moderation_callback cb JOIN moderation_comment c ON c.id = cb.comment_id
WHERE cb.state = 'due' AND cb.due_at <= statement_timestamp()
  AND {STATUS_SQL.format("c")} IN ('approved', 'rejected')
"""
# No more rows than free lanes: each row may be the first of its client.
CLAIM = f"""
UPDATE moderation_callback
SET attempts = attempts + 1, due_at = statement_timestamp() + make_interval(secs => %(lease)s)
FROM (
    SELECT cb.id, {STATUS_SQL.format("c")} AS status {DUE} AND NOT cb.url = ANY(%(busy)s)
    ORDER BY cb.due_at LIMIT %(lanes)s FOR UPDATE OF cb SKIP LOCKED
) AS picked
WHERE moderation_callback.id = picked.id
RETURNING moderation_callback.id, picked.status
"""


class CallbackQueue(DeliveryQueue[Callback]):
    """Callbacks to Akismet's clients; each client's URL has a lane of its own."""

    name = "callbacks"
    rows = Callback.objects.all()
    schedule = SCHEDULE
    claim_sql = CLAIM
    due_sql = f"SELECT EXISTS (SELECT 1 {DUE})"
    sent_fields: ClassVar[dict[str, Any]] = FORGOTTEN

    def prepare(self, row: Callback, *claimed: Any) -> Message:
        """Return a callback as it is sent; raises `Invalid` when its key cannot be read."""
        [status] = claimed
        [key] = plain_secrets([row.key])
        body = json.dumps(payload(row, status, key)).encode()
        return Message(row.pk, row.url, row.attempts, row.url, body, HEADERS.copy)

    def give_up(self, pk: int, *, error: str, status: int | None = None) -> None:
        """Make no further attempt, and log it: no page shows callbacks."""
        super().give_up(pk, error=error, status=status)
        logger.warning("a callback was given up: %s", error)


CALLBACKS = CallbackQueue()


def payload(callback: Callback, status: str, key: str) -> dict[str, Any]:
    """Return what the WordPress plugin's address `akismet/v1/webhook` accepts."""
    spam = "true" if status == Status.REJECTED else "false"
    return {
        "key": key,
        "endpoint": "comment-check",
        "comments": [{"guid": str(callback.guid), "result": spam, **callback.fields}],
    }


def close_callback(guid: UUID, *, site: Site) -> None:
    """End a callback of a site: the client has decided by itself."""
    Callback.objects.filter(guid=guid, comment__site=site).update(
        state=Callback.State.SENT, last_error="", **FORGOTTEN
    )
