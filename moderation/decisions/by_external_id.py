"""Finding what belongs to a site. Missing and somebody else's are the same: not found."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404

from moderation.decisions.public_status import seen_status
from moderation.models import Comment, Decision, Score, Site, Story


def comments_of(site: Site) -> QuerySet[Comment]:
    """Return a site's comments with story, author and parent, and the status outsiders see."""
    return (
        Comment.objects.filter(site=site)
        .select_related("story", "author", "parent")
        .annotate(seen_status=seen_status())
    )


def get_comment(site: Site, external_id: str) -> Comment:
    """Return a comment of a site by its id outside. Raises Http404."""
    comment = None
    if "\x00" not in external_id:
        comment = comments_of(site).filter(external_id=external_id).first()
    if comment is None:
        raise Http404("no such comment")
    return comment


def get_story(site: Site, external_id: str) -> Story:
    """Return a story of a site by its id outside. Raises Http404."""
    story = None
    if "\x00" not in external_id:
        story = Story.objects.filter(site=site, external_id=external_id).first()
    if story is None:
        raise Http404("no such story")
    return story


def standing_decision(comment: Comment) -> Decision | None:
    """Return the decision on which the status rests that the outside sees; None when pending."""
    if comment.status == "pending":
        return None
    return (
        Decision.objects.filter(comment=comment, withheld=False, effective_at__lte=Now())
        .select_related("policy")
        .order_by("-id")
        .first()
    )


def latest_score(comment: Comment) -> Score | None:
    """Return the newest score of the comment's present revision."""
    return (
        Score.objects.filter(comment=comment, revision=comment.revision)
        .select_related("classifier_version")
        .order_by("-id")
        .first()
    )
