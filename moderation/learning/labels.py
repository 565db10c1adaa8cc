"""Labels: people's final decisions as training data, each with its provenance.

The last word on a comment counts. What was taken back, what the policy decided by itself, what is
still within its publishing hold, what was edited since and what was erased is no label.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from moderation.decisions.final_decisions import NOT_TAKEN_BACK_SQL
from moderation.models import Site, Source, Status

PAGE = 1000
NEWEST = 2**63 - 1


class Provenance(StrEnum):
    """Where a label comes from."""

    APPEAL = "appeal"
    MODERATOR = "moderator"
    BULK = "bulk"
    UNNAMED = "unnamed"
    IMPORT = "import"
    SUGGESTION = "suggestion"


# The weight of a label. docs/training.md has the same table with the reasons.
WEIGHTS: dict[Provenance, float] = {
    Provenance.APPEAL: 1.5,  # somebody looked a second time, knowing that it was disputed
    Provenance.MODERATOR: 1.0,
    Provenance.BULK: 0.5,  # decided with many others, of which only a sample was read
    Provenance.UNNAMED: 0.7,  # a person whose account is gone: nobody can be asked
    Provenance.IMPORT: 0.5,  # another system's rules, which may not be this policy's
    Provenance.SUGGESTION: 1.0,  # times the trust in the key that it came by
}

# An import brings old decisions: the comment's own time says more than the day of the import.
PAGE_OF_LABELS = f"""
SELECT decision.id, comment.id, comment.story_id, comment.parent_id, comment.author_id,
       decision.moderator_id, comment.body, decision.status, decision.source,
       CASE WHEN decision.source = 'import' THEN comment.submitted_at ELSE decision.created_at END,
       decision.key LIKE 'bulk:%%'
FROM moderation_decision decision
JOIN moderation_comment comment ON comment.id = decision.comment_id
WHERE decision.site_id = %(site)s AND decision.id < %(before)s
  AND decision.source IN ('moderator', 'appeal', 'import')
  AND decision.status IN ('approved', 'rejected')
  AND decision.effective_at <= clock_timestamp()
  AND {NOT_TAKEN_BACK_SQL.format(alias="decision")}
  AND comment.erased_at IS NULL
  AND comment.status = decision.status AND comment.revision = decision.revision
  AND NOT EXISTS (
      SELECT 1 FROM moderation_decision later
      WHERE later.comment_id = decision.comment_id AND later.id > decision.id
        AND {NOT_TAKEN_BACK_SQL.format(alias="later")}
  )
ORDER BY decision.id DESC LIMIT %(page)s
"""
LATER_DECISIONS = """
SELECT count(*) FROM (
    SELECT 1 FROM moderation_decision
    WHERE site_id = %s AND id > %s AND source IN ('moderator', 'appeal', 'import')
      AND status IN ('approved', 'rejected')
    LIMIT %s
) AS counted
"""


class Label(NamedTuple):
    """One comment with a person's decision: `rejected` is 1 or 0.

    A suggested label (learning.suggestions) has no comment and no decision here, but a key.
    """

    decision_pk: int
    comment_pk: int
    story_pk: int
    parent_pk: int | None
    author_pk: int | None
    moderator_pk: int | None
    text: str
    rejected: int
    provenance: Provenance
    decided_at: datetime
    suggestion_pk: int = 0
    key_pk: int | None = None
    trust: float = 1.0


def stream_labels(site: Site) -> Iterator[Label]:
    """Yield a site's labels, the newest decision first; at most PAGE of them are held at a time."""
    before = NEWEST
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PAGE_OF_LABELS, {"site": site.pk, "before": before, "page": PAGE})
            rows = cursor.fetchall()
        for row in rows:
            yield _label(row)
        if len(rows) < PAGE:
            return
        before = rows[-1][0]


def count_decisions(site: Site, *, after: int = 0, up_to: int) -> int:
    """Count people's approvals and rejections with an id above `after`, `up_to` at most."""
    with connection.cursor() as cursor:
        cursor.execute(LATER_DECISIONS, [site.pk, after, up_to])
        number: int = cursor.fetchone()[0]
    return number


def _label(row: tuple[Any, ...]) -> Label:
    decision, comment, story, parent, author, moderator, text, status, source, *rest = row
    decided_at, bulk = rest
    return Label(
        decision_pk=decision,
        comment_pk=comment,
        story_pk=story,
        parent_pk=parent,
        author_pk=author,
        moderator_pk=moderator,
        text=text,
        rejected=int(status == Status.REJECTED),
        provenance=_provenance(source, moderator, bulk=bool(bulk)),
        decided_at=decided_at,
    )


def _provenance(source: str, moderator_pk: int | None, *, bulk: bool) -> Provenance:
    if source == Source.APPEAL:
        return Provenance.APPEAL
    if source == Source.IMPORT:
        return Provenance.IMPORT
    if bulk:
        return Provenance.BULK
    return Provenance.UNNAMED if moderator_pk is None else Provenance.MODERATOR
