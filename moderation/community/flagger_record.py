"""Records of flaggers: how often their flags were right, and the weight of their next flags.

A flag was right when a person rejected the comment afterwards, and wrong when a person approved it.
The last decision counts. Flags on comments without a later decision are ignored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from moderation.decisions.final_decisions import NOT_TAKEN_BACK_SQL

# A flagger without a record counts like one who was right twice and wrong twice (a Beta prior):
# one lucky or unlucky flag changes little.
PRIOR_RIGHT, PRIOR_WRONG = 2, 2
# A flagger who is right half of the time counts 1, others more or less, within these limits.
LEAST, MOST = 0.1, 2.0
# Only the last flags of a flagger make the record, and only the last flags of a comment count.
RECORD_CAP, WEIGHED_CAP = 50, 30

# Both limits bound the cost of a comment, for any number of flags by any flagger.
RECORDS = f"""
SELECT flag.comment_id, flag.id, flag.created_at, record.*
FROM unnest(%(comments)s::bigint[]) AS asked (id)
JOIN moderation_comment flagged ON flagged.id = asked.id
CROSS JOIN LATERAL (
    SELECT id, comment_id, flagger_id, created_at FROM moderation_flag
    WHERE comment_id = asked.id ORDER BY id DESC LIMIT %(weighed)s
) AS flag
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE later.status = 'rejected'),
           count(*) FILTER (WHERE later.status = 'approved')
    FROM (
        SELECT other.comment_id, other.created_at FROM moderation_flag other
        JOIN moderation_comment comment ON comment.id = other.comment_id
        WHERE other.flagger_id = flag.flagger_id AND other.comment_id <> flag.comment_id
          AND comment.site_id = flagged.site_id
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
    ) AS later
) AS record (right_ones, wrong_ones)
"""


class FlaggerRecord(NamedTuple):
    """The numbers of a flagger's other flags that were right and wrong."""

    right: int = 0
    wrong: int = 0

    @property
    def weight(self) -> float:
        """The weight of this reader's flags: from LEAST to MOST, 1 without a record."""
        total = self.right + self.wrong + PRIOR_RIGHT + PRIOR_WRONG
        return max(LEAST, min(MOST, MOST * (self.right + PRIOR_RIGHT) / total))


@dataclass(frozen=True, slots=True)
class WeighedFlag:
    """A flag with the record of the reader who sent it."""

    pk: int
    created_at: datetime
    record: FlaggerRecord


def weighed_flags(comment_pks: Collection[int]) -> dict[int, list[WeighedFlag]]:
    """Return the last WEIGHED_CAP flags of each comment that has flags, newest first."""
    limits = {"weighed": WEIGHED_CAP, "record": RECORD_CAP}
    by_comment: dict[int, list[WeighedFlag]] = {}
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, {"comments": list(comment_pks), **limits})
        for comment, flag, created_at, right, wrong in cursor.fetchall():
            weighed = WeighedFlag(flag, created_at, FlaggerRecord(right, wrong))
            by_comment.setdefault(comment, []).append(weighed)
    return by_comment


def weight_of(flags: Collection[WeighedFlag]) -> float:
    """Return the total weight of flags, each by its sender's record."""
    return round(sum(flag.record.weight for flag in flags), 2)
