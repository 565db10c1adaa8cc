"""`decide` for the worker: many pending comments in one transaction, in one statement.

Scores, statuses, decisions and deliveries are written together or not at all. A comment that was
edited, erased or decided meanwhile stays as it is: its version or status no longer matches.
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
# This many comments need no plan of their own, and are written in a single round trip.
FEW = 20

# The planner cannot know the number of rows in a JSON document and guesses a few: nested loops over
# 500 rows cost it 20 ms. Without them it still finds the comments by their index.
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
    """The signals of one classifier version; becomes a Score."""

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
    """Decide on pending comments, `BATCH` per transaction; return the number of decisions.

    The other comments were edited, erased or decided meanwhile. Raises IllegalTransition, before
    anything is written, for a status that a pending comment cannot take.
    """
    for decision in decisions:
        if decision.status not in TRANSITIONS[Status.PENDING]:
            raise IllegalTransition(f"A pending comment cannot become “{decision.status}”.")
    return sum(
        _write(decisions[start : start + BATCH]) for start in range(0, len(decisions), BATCH)
    )


def _write(decisions: Sequence[BatchDecision]) -> int:
    rows = json.dumps([_row(decision) for decision in decisions], ensure_ascii=False)
    ids = sorted(decision.comment_pk for decision in decisions)
    few = len(decisions) <= FEW

    def write() -> int:
        with connection.cursor() as cursor:
            if not few:
                cursor.execute(PLAIN_JOINS)
            cursor.execute(WRITE, [rows, ids])
            return len(cursor.fetchall())

    return with_retries(write, one_statement=few)


def _row(decision: BatchDecision) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": decision.comment_pk,
        "version": decision.expected_version,
        "status": decision.status.value,
        "source": decision.source.value,
        "policy_id": decision.policy_pk,
        "clauses": list(decision.clauses),
        "reasons": list(decision.reasons),
        "note": decision.note,
        "priority": decision.priority,
        "event": event_of(
            public_status=Status.PENDING,
            status=decision.status,
            source=decision.source,
            edited=decision.edited,
        ),
    }
    if score := decision.score:
        row |= {
            "classifier_id": score.classifier_pk,
            "signals": score.signals,
            "language": score.language,
            "trained": score.trained,
            "passage": score.passage,
        }
    return row
