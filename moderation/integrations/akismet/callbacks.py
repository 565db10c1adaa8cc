"""Telling Akismet's clients what became of a comment that they hold for us.

The form is that of the WordPress plugin: it knows us by its own key and finds the comment by the
guid that it was given. A callback is claimed by a lease, sent, and marked only afterwards.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any, NamedTuple

from django.db import close_old_connections, connection, connections

from moderation.decisions.public_status import STATUS_SQL
from moderation.models import Callback, Site, Status
from moderation.platform.errors import Invalid
from moderation.webhooks.endpoints import plain_secrets
from moderation.webhooks.http_client import OutboundClient, OutboundFailed
from moderation.webhooks.ssrf import OutboundRefused

logger = logging.getLogger(__name__)

USER_AGENT = "Moderato-Callbacks/1"
TOGETHER = 50
LEASE_SECONDS = 300
# Seconds after which a callback that failed is tried again; after the last one it is given up.
RETRIES = (60, 300, 1_800, 7_200, 18_000, 36_000)

CLAIM = f"""
UPDATE moderation_callback SET due_at = clock_timestamp() + make_interval(secs => {LEASE_SECONDS})
FROM (
    SELECT cb.id, {STATUS_SQL.format("c")} AS status
    FROM moderation_callback cb JOIN moderation_comment c ON c.id = cb.comment_id
    WHERE cb.state = 'waiting' AND cb.due_at <= statement_timestamp()
      AND {STATUS_SQL.format("c")} IN ('approved', 'rejected')
    ORDER BY cb.due_at LIMIT {TOGETHER} FOR UPDATE OF cb SKIP LOCKED
) AS due
WHERE moderation_callback.id = due.id
RETURNING moderation_callback.id, due.status, url, guid, key, fields, attempts
"""

_telling = threading.Lock()


class Due(NamedTuple):
    """A callback to send, with what became of its comment."""

    pk: int
    status: str
    url: str
    guid: Any
    key: str
    fields: dict[str, str]
    attempts: int


def tell_due(seconds: float = 45.0) -> int:
    """Send what is due for up to about `seconds`; returns how many clients were told."""
    ends_at = time.monotonic() + seconds
    told = 0
    with OutboundClient() as client:
        for due in _claim():
            if time.monotonic() >= ends_at:
                break  # the lease brings the rest back
            told += _tell(client, due)
    return told


def tell_in_background() -> bool:
    """Let a thread of this process send what is due, so that a slow client keeps nobody waiting."""
    if not _telling.acquire(blocking=False):
        return False
    threading.Thread(target=_tell_and_release, daemon=True, name="callbacks").start()
    return True


def _tell_and_release() -> None:
    try:
        close_old_connections()
        tell_due()
    except Exception:
        logger.exception("callbacks could not be told")
    finally:
        connections.close_all()
        _telling.release()


def _claim() -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM)
        rows = cursor.fetchall()
    return [
        Due(pk, status, url, guid, key, _fields(fields), attempts)
        for pk, status, url, guid, key, fields, attempts in rows
    ]


def _fields(value: Any) -> dict[str, str]:
    return json.loads(value) if isinstance(value, str) else dict(value or {})


def _tell(client: OutboundClient, due: Due) -> bool:
    """Send one callback; returns whether the client took it."""
    try:
        [key] = plain_secrets([due.key])
        content = json.dumps(payload(due, key)).encode()
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        status = client.post(due.url, content=content, headers=headers).status
        error = "" if 200 <= status < 300 else f"The client answered {status}."
    except (OutboundRefused, OutboundFailed, Invalid) as failure:
        error = str(failure)
    if error:
        _put_off(due, error)
        return False
    close_callback(due.guid)
    return True


def payload(due: Due, key: str) -> dict[str, Any]:
    """Return what the WordPress plugin's address `akismet/v1/webhook` takes."""
    spam = "true" if due.status == Status.REJECTED else "false"
    return {
        "key": key,
        "endpoint": "comment-check",
        "comments": [{"guid": str(due.guid), "result": spam, **due.fields}],
    }


def close_callback(guid: Any, *, site: Site | None = None) -> None:
    """End a callback (of `site`): the client knows. Its key and its fields are forgotten."""
    known = Callback.objects.filter(guid=guid)
    if site is not None:
        known = known.filter(comment__site=site)
    known.update(state=Callback.State.TOLD, key="", fields={}, last_error="")


def _put_off(due: Due, error: str) -> None:
    attempts = due.attempts + 1
    dead = attempts > len(RETRIES)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE moderation_callback SET attempts = %s, state = %s, last_error = %s,"
            " due_at = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND state = 'waiting'",
            [
                attempts,
                Callback.State.DEAD if dead else Callback.State.WAITING,
                error[:300],
                RETRIES[min(attempts, len(RETRIES)) - 1],
                due.pk,
            ],
        )
    if dead:
        logger.warning("a callback was given up: %s", error)
