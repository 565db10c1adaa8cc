"""The trial of a draft: its outcomes for the last scored comments, and those of the live policy."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.models import Comment, Score, Site
from moderation.policy import Comparison, CompiledPolicy, compare
from moderation.scoring.context import Subject, gather

LATEST, SHOWN = 500, 12


@dataclass(frozen=True, slots=True)
class Trial:
    """How the outcomes differ, with the first changed comments as (comment, old, new)."""

    comparison: Comparison
    examples: tuple[tuple[Comment, str, str], ...]


def try_policy(site: Site, *, live: CompiledPolicy, draft: CompiledPolicy) -> Trial:
    """Evaluate the site's last scored comments by both policies, on today's facts.

    At most LATEST comments, in a handful of queries; nothing is stored and nothing decided.
    """
    scores = _latest_scores(site)
    contexts = gather([Subject.of(score.comment) for score in scores])
    facts = [
        context.facts.scored(score.signals, score.language, trained=score.trained)
        for context, score in zip(contexts, scores, strict=True)
    ]
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
