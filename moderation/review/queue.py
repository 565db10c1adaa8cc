"""The review queue: its comments in order, page by page, and their number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
)
from django.db.models.functions import Now

from moderation.models import (
    Comment,
    Decision,
    Escalation,
    Flag,
    Score,
    Site,
    Status,
)
from moderation.review.queue_filters import (
    COUNT_CAP,
    TIMEOUT_MS,
    Order,
    QueueFilters,
    bounded,
    deferred,
    entries,
    filter_comments,
)

PAGE_SIZE = 25
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A comment in a list, with its latest decision and the score of its present text."""

    comment: Comment
    decision: Decision | None
    score: Score | None
    flags: int
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The items of a page, and the cursor of the next page ("" on the last page)."""

    items: list[QueueItem] = field(default_factory=list)
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows; `capped` when counting stopped there."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


def queue_page(
    site: Site, filters: QueueFilters, *, cursor: str = "", size: int = PAGE_SIZE
) -> QueuePage:
    """Return the page after `cursor`; an unreadable cursor means the first page.

    Every page costs the same, because it starts at a position of an index.
    """
    with bounded():
        comments = with_context(filter_comments(site, filters))
        page = _after(comments, filters, cursor, size + 1)
    shown = page[:size]
    more = len(page) > size
    return QueuePage(queue_items(shown), _cursor(shown[-1], filters) if more else "")


def with_context(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    """Return the comments with the related rows of a list; `*_holds`: true while it lasts."""
    claim_holds = ExpressionWrapper(Q(claimed_until__gt=Now()), BooleanField())
    deferral_holds = ExpressionWrapper(deferred(), BooleanField())
    # Few comments are claimed or deferred: a join would add two people's rows to each comment.
    comments = comments.select_related("story", "author").defer("story__body")
    comments = comments.prefetch_related("claimed_by", "deferred_by")
    return comments.annotate(claim_holds=claim_holds, deferral_holds=deferral_holds)


def _order(filters: QueueFilters) -> Order:
    # Priority is for comments in review only, and so is its index.
    if filters.order == "priority" and filters.status != Status.IN_REVIEW:
        return "newest"
    return filters.order


def _cursor(comment: Comment, filters: QueueFilters) -> str:
    if _order(filters) == "priority":
        return f"{comment.priority!r}:{comment.pk}"
    return str(comment.pk)


def _read_cursor(cursor: str) -> tuple[float, int] | None:
    priority, _, pk = cursor.rpartition(":")
    try:
        place = float(priority or 0), int(pk)
    except ValueError:
        return None
    return place if math.isfinite(place[0]) and 0 <= place[1] <= LARGEST_ID else None


def _after(
    comments: QuerySet[Comment], filters: QueueFilters, cursor: str, limit: int
) -> list[Comment]:
    order = _order(filters)
    place = _read_cursor(cursor)
    if order == "newest":
        page = comments.filter(pk__lt=place[1]) if place else comments
        return list(page.order_by("-pk")[:limit])
    if order == "oldest":
        page = comments.filter(pk__gt=place[1]) if place else comments
        return list(page.order_by("pk")[:limit])
    by_priority = comments.order_by("-priority", "pk")
    if place is None:
        return list(by_priority[:limit])
    # Two index ranges instead of one OR, for which PostgreSQL would read from the start.
    rows = list(by_priority.filter(priority=place[0], pk__gt=place[1])[:limit])
    if len(rows) < limit:
        rows += by_priority.filter(priority__lt=place[0])[: limit - len(rows)]
    return rows


def newest_page(comments: list[Comment]) -> QueuePage:
    """Return a page of comments, newest first; one more than a page was looked up."""
    shown = comments[:PAGE_SIZE]
    more = len(comments) > PAGE_SIZE
    return QueuePage(queue_items(shown), str(shown[-1].pk) if more else "")


def queue_items(comments: list[Comment]) -> list[QueueItem]:
    """Return comments with decision, score, flags and escalations, in five queries."""
    ids = [comment.pk for comment in comments]
    latest = Decision.objects.filter(comment__in=ids).order_by("comment", "-pk")
    decisions = {
        decision.comment_id: decision
        # A join would add the policy's whole document to every decision.
        for decision in latest.distinct("comment").prefetch_related("policy")
    }
    scores = {
        (score.comment_id, score.revision): score
        for score in Score.objects.filter(comment__in=ids).order_by("pk")
    }
    escalated = set(
        Escalation.objects.filter(comment__in=ids, version=F("comment__version")).values_list(
            "comment", flat=True
        )
    )
    flags: dict[int, int] = {}
    for comment_id in Flag.objects.filter(comment__in=ids).values_list("comment", flat=True):
        flags[comment_id] = flags.get(comment_id, 0) + 1
    return [
        QueueItem(
            comment,
            decisions.get(comment.pk),
            scores.get((comment.pk, comment.revision)),
            flags.get(comment.pk, 0),
            comment.pk in escalated,
        )
        for comment in comments
    ]


def count_comments(
    site: Site, filters: QueueFilters, *, cap: int = COUNT_CAP, milliseconds: int = TIMEOUT_MS
) -> Count:
    """Count the matching comments, and stop at `cap`.

    Raises QueryTooSlow when counting takes longer than `milliseconds`.
    """
    with bounded(milliseconds):
        plain = filters.plain
        rows = entries(site).exclude(deferred()) if plain else filter_comments(site, filters)
        number = rows.values("pk")[: cap + 1].count()
    return Count(min(number, cap), number > cap)


def count_deferred(site: Site) -> int:
    """Count the deferred comments, which the plain queue leaves out."""
    return entries(site).filter(deferred()).count()


def sections(site: Site) -> list[str]:
    """Return the sections that the site's stories are in, by name."""
    names = site.stories.exclude(section="").order_by("section").values_list("section", flat=True)
    return list(names.distinct()[:200])


def neighbour(site: Site, filters: QueueFilters, here: Comment, *, back: bool) -> int | None:
    """Return the pk of the comment after (or `back`: before) `here` in the filtered order.

    `here` itself does not have to match the filters: only its place counts.
    """
    order = _order(filters)
    with bounded():
        comments = filter_comments(site, filters).exclude(pk=here.pk)
        if order == "priority":
            neighbour = _by_priority(comments, here, back=back)
        elif (order == "newest") == back:
            neighbour = comments.filter(pk__gt=here.pk).order_by("pk").first()
        else:
            neighbour = comments.filter(pk__lt=here.pk).order_by("-pk").first()
    return neighbour.pk if neighbour else None


def _by_priority(comments: QuerySet[Comment], here: Comment, *, back: bool) -> Comment | None:
    same = comments.filter(priority=here.priority)
    if back:
        near = same.filter(pk__lt=here.pk).order_by("-pk").first()
        higher = comments.filter(priority__gt=here.priority)
        return near or higher.order_by("priority", "-pk").first()
    near = same.filter(pk__gt=here.pk).order_by("pk").first()
    lower = comments.filter(priority__lt=here.priority)
    return near or lower.order_by("-priority", "pk").first()
