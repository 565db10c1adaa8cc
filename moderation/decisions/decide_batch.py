"""The worker's form of `decide`: many pending comments in one transaction, in one statement.

Scores, statuses, decisions and deliveries are written together or not at all. A comment that was
edited, erased or decided meanwhile is left alone: its version or status no longer fits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from moderation.decisions.decide import TRANSITIONS
from moderation.decisions.outbox import event_of
from moderation.models import Source, Status
from moderation.platform.errors import IllegalTransition
from moderation.platform.retry import with_retries

BATCH = 500
# So few comments need no plan of their own, and are written in a single trip.
FEW = 20

# The planner cannot know how many rows a JSON document holds and guesses a few: loops within loops
# over 500 rows cost it 20 ms. The comments themselves are found by their index all the same.
PLAIN_JOINS = "SET LOCAL enable_nestloop = off"
WRITE = """
WITH judged AS (
    SELECT * FROM json_to_recordset(%s::json) AS judged (
        id bigint, version int, status text, source text, policy_id bigint, clauses text[],
        reasons jsonb, note text, priority float8, event text, classifier_id bigint,
        signals jsonb, language text, trained bool, passage jsonb)
), changed AS (
    UPDATE moderation_comment comment
    SET status = judged.status, version = comment.version + 1, priority = judged.priority,
        status_before = '', held_until = NULL
    FROM judged
    WHERE comment.id = ANY (%s::bigint[]) AND comment.id = judged.id
      AND comment.version = judged.version AND comment.status = 'pending'
      AND comment.erased_at IS NULL
    RETURNING comment.id, comment.site_id, comment.revision, comment.version
), scored AS (
    INSERT INTO moderation_score
        (comment_id, revision, classifier_version_id, signals, language, trained, passage)
    SELECT id, changed.revision, classifier_id, signals, language, trained, passage
    FROM changed JOIN judged USING (id)
    WHERE classifier_id IS NOT NULL
    ON CONFLICT (comment_id, revision, classifier_version_id)
        DO UPDATE SET signals = EXCLUDED.signals
    RETURNING id, comment_id
), decided AS (
    INSERT INTO moderation_decision
        (site_id, comment_id, revision, version, status_before, status, source, policy_id,
         score_id, clauses, reasons, note)
    SELECT changed.site_id, changed.id, changed.revision, changed.version, 'pending',
           judged.status, judged.source, judged.policy_id, scored.id,
           judged.clauses, judged.reasons, judged.note
    FROM changed JOIN judged ON judged.id = changed.id
    LEFT JOIN scored ON scored.comment_id = changed.id
    ORDER BY changed.id
    RETURNING id, site_id, comment_id, effective_at
), told AS (
    INSERT INTO moderation_delivery (endpoint_id, decision_id, event, due_at)
    SELECT endpoint.id, decided.id, judged.event, decided.effective_at
    FROM decided
    JOIN judged ON judged.id = decided.comment_id AND judged.event <> ''
    JOIN moderation_webhookendpoint endpoint ON endpoint.site_id = decided.site_id
    WHERE endpoint.disabled_at IS NULL
      AND (cardinality(endpoint.events) = 0 OR judged.event = ANY (endpoint.events))
)
SELECT comment_id FROM decided
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """What one classifier version measured; becomes a Score."""

    classifier_pk: int
    signals: dict[str, float]
    language: str
    trained: bool
    passage: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDecision:
    """A decision on one pending comment, as `decide` takes it, with the score it rests on."""

    comment_pk: int
    expected_version: int
    status: Status
    source: Source
    policy_pk: int | None = None
    clauses: Sequence[str] = ()
    reasons: Sequence[dict[str, Any]] = ()
    note: str = ""
    priority: float = 0.0
    edited: bool = False
    score: ScoreRow | None = None


def decide_batch(decisions: Sequence[BatchDecision]) -> int:
    """Decide on pending comments, `BATCH` per transaction; return how many were decided.

    The rest had been edited, erased or decided meanwhile. Raises IllegalTransition, before
    anything is written, for a status that a pending comment cannot take.
    """
    for each in decisions:
        if each.status not in TRANSITIONS[Status.PENDING]:
            raise IllegalTransition(f"A pending comment cannot become “{each.status}”.")
    return sum(
        _write(decisions[start : start + BATCH]) for start in range(0, len(decisions), BATCH)
    )


def _write(decisions: Sequence[BatchDecision]) -> int:
    rows = json.dumps([_row(each) for each in decisions], ensure_ascii=False)
    ids = sorted(each.comment_pk for each in decisions)

    few = len(decisions) <= FEW

    def write() -> int:
        with connection.cursor() as cursor:
            if not few:
                cursor.execute(PLAIN_JOINS)
            cursor.execute(WRITE, [rows, ids])
            return len(cursor.fetchall())

    return with_retries(write, one_statement=few)


def _row(each: BatchDecision) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": each.comment_pk,
        "version": each.expected_version,
        "status": each.status.value,
        "source": each.source.value,
        "policy_id": each.policy_pk,
        "clauses": list(each.clauses),
        "reasons": list(each.reasons),
        "note": each.note,
        "priority": each.priority,
        "event": event_of(
            public_status=Status.PENDING, status=each.status, source=each.source, edited=each.edited
        ),
    }
    if score := each.score:
        row |= {
            "classifier_id": score.classifier_pk,
            "signals": score.signals,
            "language": score.language,
            "trained": score.trained,
            "passage": score.passage,
        }
    return row
