"""The drain: takes pending comments from the queue, has them judged, writes what was decided.

The queue is the comments' own rows. Taking one pushes its `due_at` forward by a lease and counts
the attempt, committed before anything is measured: whoever dies in between, the comment comes back
when the lease ends, and comes back alone, so that one that kills its worker kills no neighbour's
turn. After SCORING_ATTEMPTS such attempts it goes to a person.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Sequence

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from moderation.decisions.decide_batch import decide_batch
from moderation.intake import wake_worker
from moderation.scoring import site_classifier
from moderation.scoring.context import Waiting
from moderation.scoring.judge import fall_back, judge
from moderation.scoring.preview import explain, preview

__all__ = ["claim_due", "claim_retry", "drain", "explain", "preview", "score_batch"]

logger = logging.getLogger(__name__)

# A drain ends by itself well before the task's time limit and rings for the next one.
DRAIN_SECONDS = 12.0
# Comments on their second or later attempt come one at a time; so many before new ones again.
RETRIES_IN_A_ROW = 50
# Seconds per attempt that a failed comment waits before the next one.
BACK_OFF = 2

# A claim need not survive a crash of PostgreSQL: losing it only makes the comment due again. So its
# commit does not wait for the disk (set for this one transaction, in the same statement).
CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM moderation_comment
    WHERE status = 'pending' AND erased_at IS NULL
      AND due_at <= statement_timestamp() AND {attempts}
    ORDER BY due_at, id LIMIT %s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE moderation_comment comment
SET attempts = comment.attempts + 1,
    due_at = clock_timestamp() + make_interval(secs => %s)
FROM picked WHERE comment.id = picked.id
RETURNING comment.id, site_id, story_id, author_id, parent_id, body, version, revision, attempts,
          (SELECT set_config('synchronous_commit', 'off', true))
"""
CLAIM_NEW = CLAIM.format(attempts="attempts = 0")
CLAIM_RETRY = CLAIM.format(attempts="attempts > 0")
PUT_BACK = """
UPDATE moderation_comment comment
SET due_at = clock_timestamp() + make_interval(secs => %s * attempts)
FROM unnest(%s::bigint[], %s::int[]) AS taken (id, version)
WHERE comment.id = taken.id AND comment.version = taken.version AND status = 'pending'
"""


def claim_due(limit: int) -> list[Waiting]:
    """Take up to `limit` comments that are due for the first time, oldest first, for a lease."""
    return _claim(CLAIM_NEW, limit)


def claim_retry() -> list[Waiting]:
    """Take the one comment that is due again after an attempt that did not end well."""
    return _claim(CLAIM_RETRY, 1)


def _claim(sql: str, limit: int) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit, settings.SCORING_LEASE_SECONDS])
        return sorted(Waiting(*row[:-1]) for row in cursor.fetchall())


def score_batch(limit: int | None = None) -> int:
    """Take and decide up to `limit` new comments, then some that are due again, one by one.

    limit: SCORING_BATCH by default. Returns how many were taken; 0 means that nothing is due.
    """
    rows = claim_due(limit or settings.SCORING_BATCH)
    if rows:
        _attempt(rows, back_off=0)
    handled = len(rows)
    for _ in range(RETRIES_IN_A_ROW):
        again = claim_retry()
        if not again:
            break
        handled += 1
        if again[0].attempts > settings.SCORING_ATTEMPTS:
            logger.error(
                "comment %s could not be scored in %s attempts; a person decides",
                again[0].pk,
                settings.SCORING_ATTEMPTS,
            )
            decide_batch([fall_back(again[0])])
        else:
            _attempt(again, back_off=BACK_OFF)
    return handled


def drain(seconds: float = DRAIN_SECONDS) -> int:
    """Decide what is due until nothing is, or `seconds` have passed; return how many were taken.

    When there is more than one batch, or time runs out, it wakes another worker.
    """
    ends_at = time.monotonic() + seconds
    total = 0
    while handled := score_batch():
        helped = total > 0
        total += handled
        if time.monotonic() >= ends_at:
            wake_worker.notify()
            break
        if handled >= settings.SCORING_BATCH and not helped:
            wake_worker.notify()
    return total


def _attempt(rows: Sequence[Waiting], *, back_off: int) -> None:
    """Judge and write; on failure put the comments back, to be taken again one at a time."""
    try:
        decide_batch(judge(rows))
    except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
        raise  # out of time, or no database to write to: the lease brings them back
    except (Exception, MemoryError) as error:
        if isinstance(error, IntegrityError):
            # A row that this process remembered (a classifier version) may be gone.
            site_classifier.forget()
        _log_failure(rows, error)
        with connection.cursor() as cursor:
            cursor.execute(
                PUT_BACK, [back_off, [row.pk for row in rows], [row.version for row in rows]]
            )


def _log_failure(rows: Sequence[Waiting], error: BaseException) -> None:
    """Log what failed and where, without the error's own words: they may quote a comment."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    logger.error(
        "%s comments from %s on were put back: %s in %s line %s",
        len(rows),
        rows[0].pk,
        type(error).__name__,
        where.filename,
        where.lineno,
    )
