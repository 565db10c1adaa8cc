"""Comments and stories of a site, by the publisher's id. Another site's ids are not found."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from moderation.decisions.public_status import public_status_now
from moderation.models import Comment, Site, Story


def comments_of(site: Site) -> QuerySet[Comment]:
    """Return a site's comments with story, author, parent and `status_now`, the public status."""
    return (
        Comment.objects.filter(site=site)
        .select_related("story", "author", "parent")
        .annotate(status_now=public_status_now())
    )


def get_comment(site: Site, external_id: str) -> Comment:
    """Return a comment of a site by the publisher's id. Raises Http404."""
    comment = None
    if "\x00" not in external_id:
        comment = comments_of(site).filter(external_id=external_id).first()
    if comment is None:
        raise Http404("no such comment")
    return comment


def get_story(site: Site, external_id: str) -> Story:
    """Return a story of a site by the publisher's id. Raises Http404."""
    story = None
    if "\x00" not in external_id:
        story = Story.objects.filter(site=site, external_id=external_id).first()
    if story is None:
        raise Http404("no such story")
    return story
