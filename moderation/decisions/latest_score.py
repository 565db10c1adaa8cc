"""The newest score of a comment's present text."""

from __future__ import annotations

from moderation.models import Comment, Score


def latest_score(comment: Comment) -> Score | None:
    """Return the newest score of the comment's present revision, None without a score."""
    scores = Score.objects.filter(comment=comment, revision=comment.revision)
    # A classifier version of a site contains megabytes that nobody needs here.
    large = [f"classifier_version__{name}" for name in ("artefact", "report", "verdict")]
    return scores.select_related("classifier_version").defer(*large).order_by("-pk").first()
