"""What a draft would have done with comments that were scored lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moderation.models import Comment, Score, Site
from moderation.policy import Comparison, CompiledPolicy, compare
from moderation.scoring.context import Waiting, gather

LATEST, SHOWN = 500, 12


@dataclass(frozen=True, slots=True)
class Measured:
    """A stored score in the form in which facts are gathered."""

    signals: dict[str, float]
    language: str
    trained: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """How the outcomes differ, and the first comments that fare otherwise: (comment, old, new)."""

    comparison: Comparison
    examples: tuple[tuple[Comment, str, str], ...]


def try_policy(site: Site, *, live: CompiledPolicy, draft: CompiledPolicy) -> Trial:
    """Judge the site's last scored comments by both policies, on the facts as they stand today.

    At most LATEST comments, in a handful of queries; nothing is stored and nothing decided.
    """
    scores = _latest_scores(site)
    rows = [_waiting(score.comment) for score in scores]
    context = gather(rows)
    facts = []
    for row, score in zip(rows, scores, strict=True):
        measured: Any = Measured(score.signals, score.language, score.trained)
        facts.append(context.facts(row, measured))
    comparison = compare(live, draft, facts, limit=SHOWN)
    return Trial(
        comparison,
        tuple((scores[place].comment, old, new) for place, old, new in comparison.changed),
    )


def _latest_scores(site: Site) -> list[Score]:
    """Return the newest score of each of the site's last comments."""
    comments = Comment.objects.filter(site=site, erased_at__isnull=True).order_by("-pk")
    found = (
        Score.objects.filter(comment__in=list(comments.values_list("pk", flat=True)[:LATEST]))
        .select_related("comment")
        .order_by("comment_id", "-pk")
        .distinct("comment_id")
    )
    return [score for score in found if score.revision == score.comment.revision]


def _waiting(comment: Comment) -> Waiting:
    return Waiting(
        pk=comment.pk,
        site_pk=comment.site_id,
        story_pk=comment.story_id,
        author_pk=comment.author_id,
        parent_pk=comment.parent_id,
        body=comment.body,
        version=comment.version,
        revision=comment.revision,
        attempts=comment.attempts,
    )
