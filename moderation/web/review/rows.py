"""One comment in a list: its first lines, and the clauses for its status."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from moderation.models import Comment, Moderator
from moderation.policy import CompiledPolicy
from moderation.review.queue import QueueItem
from moderation.web.review.content_warnings import is_covered, is_left
from moderation.web.review.reasons import cited, read_reasons, signal_lines

EXCERPT_LENGTH = 320
LOOKED_AT = EXCERPT_LENGTH * 4


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment in the list; `reader` is another moderator who holds it now.

    `covered`: the list hides the excerpt; `left`: this moderator leaves it to others.
    """

    comment: Comment
    excerpt: str
    clauses: list[str]
    flags: int
    escalated: bool
    deferred: bool
    reader: User | None
    covered: bool
    left: bool


def build_row(item: QueueItem, moderator: Moderator, policy: CompiledPolicy | None) -> CommentRow:
    """Shorten an item of the queue to the lines of a list."""
    comment = item.comment
    held = getattr(comment, "claim_holds", False) and comment.claimed_by_id != moderator.user_id
    clauses = cited(item.decision)
    if not clauses and item.decision:
        clauses = [reason.rule for reason in read_reasons(item.decision)][:2]
    held_by = item.decision.clauses if item.decision else ()
    signals = signal_lines(item.score, policy) if moderator.covered_signals else ()
    return CommentRow(
        comment=comment,
        excerpt=_one_line(comment.body)[:EXCERPT_LENGTH] + ("…" if is_cut(comment.body) else ""),
        clauses=clauses,
        flags=item.flags,
        escalated=item.escalated,
        deferred=getattr(comment, "deferral_holds", False),
        reader=comment.claimed_by if held else None,
        covered=is_covered(moderator, held_by, signals),
        left=is_left(moderator, held_by),
    )


def is_cut(body: str) -> bool:
    """Tell whether the list shows only the beginning of a text."""
    return len(_one_line(body)) > EXCERPT_LENGTH or len(body) > LOOKED_AT


def _one_line(body: str) -> str:
    # Only the start is looked at: a comment may be long, and mostly white space.
    return " ".join(body[:LOOKED_AT].split())
