"""Stories as moderators see them: comments by status, changes of state, and watched stories."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from moderation.models import Comment, Moderator, QueueEntry, Status, Story, StoryChange, Watch
from moderation.review.queue import LARGEST_ID, PAGE_SIZE, QueuePage, newest_page, with_context
from moderation.review.queue_filters import bounded

SHOWN = 100


@dataclass(frozen=True, slots=True)
class WatchedStory:
    """A story on a moderator's list, and how many of its comments are in review."""

    story: Story
    waiting: int


def find_story(moderator: Moderator, pk: int) -> Story | None:
    """Return a story of the moderator's site, `watched` by them or not; None for any other."""
    stories = Story.objects.filter(site=moderator.site_id, pk=min(pk, LARGEST_ID))
    return stories.annotate(watched=Exists(_watches(moderator))).first()


def _watches(moderator: Moderator) -> QuerySet[Watch]:
    return Watch.objects.filter(story=OuterRef("pk"), moderator=moderator)


def story_changes(story: Story) -> list[StoryChange]:
    """Return the changes of the story's state, newest first."""
    return list(story.changes.select_related("moderator").order_by("-pk")[:SHOWN])


def count_by_status(story: Story) -> dict[str, int]:
    """Count the story's comments by status. Raises QueryTooSlow."""
    with bounded():
        comments = Comment.objects.filter(story=story, erased_at__isnull=True)
        numbers = comments.order_by().values_list("status").annotate(number=Count("pk"))
        return {**dict.fromkeys(Status.values, 0), **dict(numbers)}


def comments_under(story: Story, *, status: str = "", before: int = LARGEST_ID) -> QueuePage:
    """Return a page of the story's comments, newest first; `status`: only those.

    Raises QueryTooSlow.
    """
    comments = Comment.objects.filter(story=story, erased_at__isnull=True, pk__lt=before)
    if status in Status.values:
        comments = comments.filter(status=status)
    with bounded():
        page = list(with_context(comments).order_by("-pk")[: PAGE_SIZE + 1])
    return newest_page(page)


def watched_stories(moderator: Moderator) -> list[WatchedStory]:
    """Return the stories that the moderator watches, the latest first."""
    stories = Story.objects.filter(watches__moderator=moderator).defer("body")
    watched = list(stories.order_by("-watches__pk")[:SHOWN])
    entries = QueueEntry.objects.filter(site=moderator.site_id, story__in=watched)
    waiting = dict(entries.order_by().values_list("story").annotate(number=Count("pk")))
    return [WatchedStory(story, waiting.get(story.pk, 0)) for story in watched]
