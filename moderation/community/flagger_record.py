"""How often the readers who flag comments were right, and how much their flags therefore count.

A flag was right when a person rejected the comment afterwards, and wrong when a person approved it;
the last word counts. What nobody has looked at says nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from moderation.decisions.final_decisions import NOT_TAKEN_BACK_SQL

# A flagger of whom nothing is known counts as much as one who was right twice and wrong twice
# (a Beta prior): one lucky or unlucky flag changes little.
PRIOR_RIGHT, PRIOR_WRONG = 2, 2
# Right half of the time is 1; nobody counts twice as much as that, or less than a tenth.
LEAST, MOST = 0.1, 2.0
# The flagger's last flags that are looked at, and the last flags of a comment that are weighed.
RECORD_CAP, WEIGHED_CAP = 50, 30

# Both limits keep the cost of a comment bounded, whoever flags it, and however often they did.
RECORDS = f"""
SELECT flag.comment_id, flag.id, flag.created_at, record.*
FROM unnest(%(comments)s::bigint[]) AS asked (id)
JOIN moderation_comment own ON own.id = asked.id
CROSS JOIN LATERAL (
    SELECT id, comment_id, flagger_id, created_at FROM moderation_flag
    WHERE comment_id = asked.id ORDER BY id DESC LIMIT %(weighed)s
) AS flag
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE said.status = 'rejected'),
           count(*) FILTER (WHERE said.status = 'approved')
    FROM (
        SELECT other.comment_id, other.created_at FROM moderation_flag other
        JOIN moderation_comment comment ON comment.id = other.comment_id
        WHERE other.flagger_id = flag.flagger_id AND other.comment_id <> flag.comment_id
          AND comment.site_id = own.site_id
        ORDER BY other.id DESC LIMIT %(record)s
    ) AS earlier
    CROSS JOIN LATERAL (
        SELECT decision.status FROM moderation_decision decision
        WHERE decision.comment_id = earlier.comment_id
          AND decision.created_at > earlier.created_at
          AND decision.source IN ('moderator', 'appeal')
          AND decision.status IN ('approved', 'rejected')
          AND {NOT_TAKEN_BACK_SQL.format(alias="decision")}
        ORDER BY decision.id DESC LIMIT 1
    ) AS said
) AS record (right_ones, wrong_ones)
"""


class FlaggerRecord(NamedTuple):
    """How many of a flagger's other flags were right, and how many wrong."""

    right: int = 0
    wrong: int = 0

    @property
    def weight(self) -> float:
        """How much a flag of this reader counts: from LEAST to MOST, 1 for a stranger."""
        all_ = self.right + self.wrong + PRIOR_RIGHT + PRIOR_WRONG
        return max(LEAST, min(MOST, MOST * (self.right + PRIOR_RIGHT) / all_))


@dataclass(frozen=True, slots=True)
class WeighedFlag:
    """A flag with the record of whoever sent it."""

    pk: int
    created_at: datetime
    record: FlaggerRecord


def weighed_flags(comment_pks: Collection[int]) -> dict[int, list[WeighedFlag]]:
    """Return the last WEIGHED_CAP flags of each comment, newest first; what has none is absent."""
    limits = {"weighed": WEIGHED_CAP, "record": RECORD_CAP}
    found: dict[int, list[WeighedFlag]] = {}
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, {"comments": list(comment_pks), **limits})
        for comment, flag, created_at, right, wrong in cursor.fetchall():
            weighed = WeighedFlag(flag, created_at, FlaggerRecord(right, wrong))
            found.setdefault(comment, []).append(weighed)
    return found


def weight_of(flags: Collection[WeighedFlag]) -> float:
    """Return how much flags count together, each by its sender's record."""
    return round(sum(flag.record.weight for flag in flags), 2)
