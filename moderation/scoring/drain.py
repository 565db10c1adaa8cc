"""The drain: claims pending comments, scores them, applies the policy, writes the decisions.

The queue is the comments' own rows. A claim moves a row's `due_at` forward by a lease and counts
the attempt. The claim is committed before anything is scored. If a worker dies, its comments come
back when the lease ends. They come back one by one, so a comment that kills its worker takes no
other comment along. After SCORING_ATTEMPTS such attempts the comment goes to a person.

Whatever goes wrong ends in review, as unscored. No error ever approves a comment.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from moderation.decisions.decide_batch import BatchDecision, ScoreRow, decide_batch
from moderation.intake import wake_worker
from moderation.models import Source, Status
from moderation.policy import apply_site_rules, priority_of
from moderation.policy.document import DAMAGED
from moderation.policy.priority import UNSCORED_PRIORITY
from moderation.scoring import site_classifier
from moderation.scoring.context import ClaimedComment, CommentContext, SiteBatch, gather_by_site
from moderation.scoring.site_classifier import SiteClassifier, score_for_site

if TYPE_CHECKING:
    from classifiers import Measurement

logger = logging.getLogger(__name__)

# A drain ends by itself well before the task's time limit and wakes the next one.
DRAIN_SECONDS = 12.0
# Comments on their second or later attempt come one at a time; this many before new ones.
RETRIES_IN_A_ROW = 50
# Seconds per attempt that a failed comment waits before the next one.
BACK_OFF = 2

STATUSES = {
    "approve": Status.APPROVED,
    "review": Status.IN_REVIEW,
    "reject": Status.REJECTED,
}
NOT_SCORED = "Could not be scored"
NOT_FULLY_SCORED = "The site's own classifier could not score it"
NO_POLICY = "No policy could judge it"

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


def claim_due(limit: int) -> list[ClaimedComment]:
    """Take up to `limit` comments that are due for the first time, oldest first, for a lease."""
    return _claim(CLAIM_NEW, limit)


def claim_retry() -> list[ClaimedComment]:
    """Take the one comment that is due again after an attempt that did not end well."""
    return _claim(CLAIM_RETRY, 1)


def _claim(sql: str, limit: int) -> list[ClaimedComment]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit, settings.SCORING_LEASE_SECONDS])
        return sorted(ClaimedComment(*row[:-1]) for row in cursor.fetchall())


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


def _attempt(rows: Sequence[ClaimedComment], *, back_off: int) -> None:
    """Score and decide; on failure put the comments back, to be claimed again one at a time."""
    try:
        decide_batch([one for batch in gather_by_site(rows) for one in _decisions(batch)])
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


def _decisions(batch: SiteBatch) -> Iterator[BatchDecision]:
    """Yield a decision for each comment of a site.

    Without a policy or a classifier its comments go to a person. Raises what the classifier or the
    database raises for the batch as a whole.
    """
    if batch.policy is None:
        yield from (fall_back(row, note=NO_POLICY) for row in batch.comments)
        return
    classifier, scores = score_for_site(batch.site_pk, batch.contexts)
    for row, context, score in zip(batch.comments, batch.contexts, scores, strict=True):
        yield _decision(batch, row, context, score, classifier)


def _decision(
    batch: SiteBatch,
    row: ClaimedComment,
    context: CommentContext,
    score: Measurement | None,
    classifier: SiteClassifier | None,
) -> BatchDecision:
    assert batch.policy and batch.version
    facts = context.facts
    if score:
        facts = facts.scored(score.signals, score.language, trained=score.trained)
    damaged = classifier is not None and classifier.damaged
    verdict = apply_site_rules(
        batch.policy, facts, story_state=context.story.state, damaged=damaged
    )
    status, source, note = STATUSES[verdict.outcome], Source.POLICY, ""
    if verdict.unscored or verdict.error:
        status, source, note = Status.IN_REVIEW, Source.FALLBACK, NOT_SCORED
    elif any(reason.rule == DAMAGED for reason in verdict.reasons):
        source, note = Source.FALLBACK, NOT_FULLY_SCORED
    reasons = [reason.as_dict() for reason in verdict.reasons]
    reasons += [{**reason.as_dict(), "shadow": True} for reason in verdict.shadow]
    return BatchDecision(
        comment_pk=row.pk,
        expected_version=row.version,
        status=status,
        source=source,
        policy_pk=batch.version.pk,
        clauses=verdict.clauses,
        reasons=reasons,
        note=note,
        priority=priority_of(facts),
        edited=row.revision > 1,
        score=_score_row(score, classifier) if score and classifier else None,
    )


def fall_back(row: ClaimedComment, *, note: str = NOT_SCORED) -> BatchDecision:
    """Send a comment to a person because it cannot be scored, or no policy can be applied."""
    return BatchDecision(
        comment_pk=row.pk,
        expected_version=row.version,
        status=Status.IN_REVIEW,
        source=Source.FALLBACK,
        note=note,
        priority=UNSCORED_PRIORITY,
        edited=row.revision > 1,
    )


def _score_row(score: Measurement, classifier: SiteClassifier) -> ScoreRow:
    return ScoreRow(
        classifier_pk=classifier.row_pk,
        signals=score.signals,
        language=score.language,
        trained=score.trained,
        passage=_passage(score),
    )


def _passage(score: Measurement) -> dict[str, Any] | None:
    passage = score.passage
    if passage is None:
        return None
    return {
        "field": "title" if passage.source == "title" else "body",
        "start": passage.start,
        "end": passage.end,
        "similarity": round(passage.similarity, 4),
    }


def _log_failure(rows: Sequence[ClaimedComment], error: BaseException) -> None:
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
