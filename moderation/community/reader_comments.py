"""The comments of one reader, with their public status and the clauses, for this reader."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Now

from moderation.decisions.public_status import APPROVED_SQL, public_status_now
from moderation.models import Comment, Decision, Source, Status, Story
from moderation.policy.clause_texts import clause_texts, clauses_by_id

SHOWN_COMMENTS = 20
# A decision may rest on many clauses; the reader sees the most severe ones.
SHOWN_CLAUSES = 3
# From any comment, find the start of its conversation, and the start of the one before.
BEFORE = f"""
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM moderation_comment WHERE story_id = %s AND external_id = %s
  UNION ALL
    SELECT p.id, p.parent_id FROM moderation_comment p JOIN up ON up.parent_id = p.id
    WHERE {APPROVED_SQL.format("p")}
)
SELECT c.external_id FROM moderation_comment c
LEFT JOIN moderation_comment p ON p.id = c.parent_id
WHERE c.story_id = %s AND c.id < (SELECT min(id) FROM up) AND {APPROVED_SQL.format("c")}
  AND (c.parent_id IS NULL OR NOT {APPROVED_SQL.format("p")})
ORDER BY c.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class PublicClauseText:
    """A clause as the public page shows it, from the policy version that decided."""

    id: str
    number: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ReaderComment:
    """A comment as its author sees it: its public status, and the clauses.

    `by_person` tells whether a moderator decided; `policy_number` is None before any decision.
    """

    comment: Comment
    status: Status
    clauses: tuple[PublicClauseText, ...] = ()
    by_person: bool = False
    policy_number: int | None = None


def comments_by_reader(story: Story, author_id: str) -> list[ReaderComment]:
    """Return an author's last comments under a story, newest first. Two queries at most."""
    comments = list(
        Comment.objects.filter(
            story=story, author__external_id=author_id, author__site_id=story.site_id
        )
        .filter(erased_at__isnull=True)
        .select_related("parent")
        .annotate(status_now=public_status_now())
        .order_by("-pk")[:SHOWN_COMMENTS]
    )
    decided = [comment.pk for comment in comments if comment.status != Status.PENDING]
    decisions = _public_decisions(decided)
    return [_as_author_sees(comment, decisions.get(comment.pk)) for comment in comments]


def reader_comment(comment: Comment) -> ReaderComment:
    """Return a comment as its author sees it; it comes with `status_now` (see `comments_of`)."""
    return _as_author_sees(comment, _public_decisions([comment.pk]).get(comment.pk))


def conversation_before(story: Story, external_id: str) -> str:
    """Return the id after which the page with this comment begins; "" for the first page."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [story.pk, external_id, story.pk])
        row = cursor.fetchone()
    return row[0] if row else ""


def _public_decisions(comment_pks: list[int]) -> dict[int, Decision]:
    if not comment_pks:
        return {}
    decisions = (
        Decision.objects.filter(comment__in=comment_pks, withheld=False, effective_at__lte=Now())
        .select_related("policy")
        .order_by("comment_id", "-pk")
        .distinct("comment_id")
    )
    return {decision.comment_id: decision for decision in decisions}


def _as_author_sees(comment: Comment, decision: Decision | None) -> ReaderComment:
    status = Status(comment.status_now)  # type: ignore[attr-defined]
    if decision is None or status == Status.PENDING:
        return ReaderComment(comment, status)
    return ReaderComment(
        comment,
        status,
        clauses=_clauses(decision) if status != Status.APPROVED else (),
        by_person=decision.source in (Source.MODERATOR, Source.APPEAL),
        policy_number=decision.policy.number if decision.policy else None,
    )


def _clauses(decision: Decision) -> tuple[PublicClauseText, ...]:
    """Return the clauses that readers see: those by which a moderator may reject."""
    document = decision.policy.document if decision.policy else None
    known = clauses_by_id(document)
    cited = [
        clause
        for clause in decision.clauses[:SHOWN_CLAUSES]
        if clause in known and known[clause].get("cite", True)
    ]
    return tuple(PublicClauseText(**texts) for texts in clause_texts(document, cited))
