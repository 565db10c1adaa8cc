"""What the room knows of an author: the standing, how it came to it, notes, and every comment."""

from __future__ import annotations

import heapq

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from moderation.models import Author, AuthorNote, Comment, Site, Standing, StandingChange, Status
from moderation.review.queue import LARGEST_ID, PAGE_SIZE, QueuePage, newest_page, with_context

# More than this is an attack on the page; the newest are shown.
SHOWN = 100
# The standing at this moment, for statements written by hand; {0} is the author's alias.
STANDING_SQL = (
    "CASE WHEN {0}.standing_until <= statement_timestamp() THEN 'normal' ELSE {0}.standing END"
)


def standing_now() -> Case:
    """Return the expression for the standing at this moment, by the database's clock."""
    over = Q(standing_until__lte=Now())
    normal = Value(Standing.NORMAL.value)
    return Case(When(over, then=normal), default=F("standing"), output_field=CharField())


def find_author(site: Site, pk: int) -> Author | None:
    """Return an author of the site with the standing that holds now, None for any other."""
    return _as_it_holds(Author.objects.filter(site=site, pk=min(pk, LARGEST_ID)))


def get_author(site: Site, external_id: str) -> Author | None:
    """Return an author by the publisher's id, with the standing that holds now."""
    if "\x00" in external_id:
        return None
    return _as_it_holds(Author.objects.filter(site=site, external_id=external_id))


def _as_it_holds(authors: QuerySet[Author]) -> Author | None:
    found = authors.annotate(now=standing_now()).first()
    if found is not None:
        found.standing = found.now
    return found


def standing_label(author: Author | None) -> str:
    """Return the standing that holds now, "" for the normal one and for nobody."""
    if author is None or author.standing == Standing.NORMAL:
        return ""
    now = Standing(Author.objects.values_list(standing_now(), flat=True).get(pk=author.pk))
    return "" if now == Standing.NORMAL else str(now.label)


def standing_changes(author: Author) -> list[StandingChange]:
    """Return what moderators decided on the author, newest first."""
    changes = author.standing_changes.select_related("moderator", "policy")
    return list(changes.order_by("-pk")[:SHOWN])


def standings_that_hold(
    site: Site, *, standing: str = "", before: int = LARGEST_ID
) -> list[StandingChange]:
    """Return the decisions by which authors are not at the normal standing now, newest first.

    standing: only this one. One more than PAGE_SIZE is returned where there is a further page;
    `before` (a pk) starts there.
    """
    later = StandingChange.objects.filter(author=OuterRef("author"), pk__gt=OuterRef("pk"))
    latest = StandingChange.objects.filter(~Exists(later), author__site=site, pk__lt=before)
    holds = latest.exclude(standing=Standing.NORMAL).exclude(until__lte=Now())
    if standing:
        holds = holds.filter(standing=standing)
    # Not joined: the policy's document would come with every row.
    holds = holds.select_related("author").prefetch_related("moderator", "policy")
    return list(holds.order_by("-pk")[: PAGE_SIZE + 1])


def notes_on(author: Author) -> list[AuthorNote]:
    """Return what moderators wrote down of the author, newest first."""
    return list(author.notes.select_related("moderator").order_by("-pk")[:SHOWN])


def comments_by(author: Author, *, status: str = "", before: int = LARGEST_ID) -> QueuePage:
    """Return a page of the author's comments, newest first; `status`: only those.

    Each status is read from the index `comment_author_record`, however much the author wrote.
    """
    comments = Comment.objects.filter(author=author, erased_at__isnull=True, pk__lt=before)
    comments = with_context(comments).order_by("-pk")
    wanted = [status] if status in Status.values else Status.values
    pages = [comments.filter(status=each)[: PAGE_SIZE + 1] for each in wanted]
    return newest_page(list(heapq.merge(*pages, key=lambda comment: -comment.pk)))
