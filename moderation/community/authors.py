"""Authors as moderators see them: standing, its changes, notes, and comments."""

from __future__ import annotations

import heapq

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from moderation.models import Author, AuthorNote, Comment, Site, Standing, StandingChange, Status
from moderation.review.queue import LARGEST_ID, PAGE_SIZE, QueuePage, newest_page, with_context

# More rows are an attack on the page; the newest are shown.
SHOWN = 100
# The present standing, for SQL statements; {0} is the author's alias.
STANDING_SQL = (
    "CASE WHEN {0}.standing_until <= statement_timestamp() THEN 'normal' ELSE {0}.standing END"
)


def standing_now() -> Case:
    """Return the expression for the present standing, by the database's clock."""
    over = Q(standing_until__lte=Now())
    normal = Value(Standing.NORMAL.value)
    return Case(When(over, then=normal), default=F("standing"), output_field=CharField())


def find_author(site: Site, pk: int) -> Author | None:
    """Return an author of the site with the present standing, None for another site."""
    return _with_present_standing(Author.objects.filter(site=site, pk=min(pk, LARGEST_ID)))


def get_author(site: Site, external_id: str) -> Author | None:
    """Return an author by the publisher's id, with the present standing."""
    if "\x00" in external_id:
        return None
    return _with_present_standing(Author.objects.filter(site=site, external_id=external_id))


def _with_present_standing(authors: QuerySet[Author]) -> Author | None:
    author = authors.annotate(now=standing_now()).first()
    if author is not None:
        author.standing = author.now
    return author


def standing_label(author: Author | None) -> str:
    """Return the label of the present standing, "" for the normal one and without an author."""
    if author is None or author.standing == Standing.NORMAL:
        return ""
    now = Standing(Author.objects.values_list(standing_now(), flat=True).get(pk=author.pk))
    return "" if now == Standing.NORMAL else str(now.label)


def standing_changes(author: Author) -> list[StandingChange]:
    """Return the changes of the author's standing, newest first."""
    changes = author.standing_changes.select_related("moderator", "policy")
    return list(changes.order_by("-pk")[:SHOWN])


def standings_that_hold(
    site: Site, *, standing: str = "", before: int = LARGEST_ID
) -> list[StandingChange]:
    """Return the changes behind every present standing but the normal one, newest first.

    standing: only this one. One more than PAGE_SIZE is returned if there is a next page, which
    starts at `before` (a pk).
    """
    later = StandingChange.objects.filter(author=OuterRef("author"), pk__gt=OuterRef("pk"))
    latest = StandingChange.objects.filter(~Exists(later), author__site=site, pk__lt=before)
    present = latest.exclude(standing=Standing.NORMAL).exclude(until__lte=Now())
    if standing:
        present = present.filter(standing=standing)
    # Prefetched: a join would add the policy's document to every row.
    present = present.select_related("author").prefetch_related("moderator", "policy")
    return list(present.order_by("-pk")[: PAGE_SIZE + 1])


def notes_on(author: Author) -> list[AuthorNote]:
    """Return the moderators' notes on the author, newest first."""
    return list(author.notes.select_related("moderator").order_by("-pk")[:SHOWN])


def comments_by(author: Author, *, status: str = "", before: int = LARGEST_ID) -> QueuePage:
    """Return a page of the author's comments, newest first; `status`: only those.

    Each status is read from the index `comment_author_record`, which is fast for any author.
    """
    comments = Comment.objects.filter(author=author, erased_at__isnull=True, pk__lt=before)
    comments = with_context(comments).order_by("-pk")
    wanted = [status] if status in Status.values else Status.values
    pages = [comments.filter(status=value)[: PAGE_SIZE + 1] for value in wanted]
    return newest_page(list(heapq.merge(*pages, key=lambda comment: -comment.pk)))
