"""The review room, reading: the sites, the queue, one comment."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from moderation.accounts.roles import at_least, sites_of
from moderation.appeals.queue import count_waiting as count_appeals
from moderation.models import Comment, Moderator, Role, Status
from moderation.quality.second_reviews import comments_for_second_review, mix_in
from moderation.review import claims, queue_filters
from moderation.review import queue as review_queue
from moderation.review.bulk import SELECTED_CAP
from moderation.web.access import by_script, moderates, signed_in
from moderation.web.review.card import find_policy
from moderation.web.review.comment import (
    card_html,
    comment_address,
    count_waiting,
    empty_html,
    find_comment,
    show_comment,
    show_empty,
)
from moderation.web.review.filters import FIRST_FIELDS, SPAN, FilterForm, non_defaults, query_of
from moderation.web.review.highlights import warm_up
from moderation.web.review.histogram import build_histogram
from moderation.web.review.rows import build_row
from moderation.web.review.skipped import forget, remembered

# So many comments come to the page at a time: a small answer is a quick one.
AHEAD = 4


@require_GET
@signed_in
def sites(request: HttpRequest) -> HttpResponse:
    """Choose a site; where there is only one, go straight to its queue."""
    found = list(sites_of(request.user))  # type: ignore[arg-type]
    if len(found) == 1:
        return redirect("review_queue", found[0].slug)
    waiting = [
        (site, review_queue.count_comments(site, queue_filters.QueueFilters())) for site in found
    ]
    return render(request, "review/sites.html", {"sites": waiting})


def read_filters(request: HttpRequest, moderator: Moderator) -> FilterForm:
    """Return the filters of the address, bound to the site's sections, live policy and reader."""
    _, policy = find_policy(moderator.site_id)
    return FilterForm(request.GET, moderator=moderator, policy=policy)


@require_GET
@moderates
def queue(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List what waits for a person, or what the filters ask for."""
    warm_up()
    form = read_filters(request, moderator)
    filters = form.filters()
    page, count, too_slow = review_queue.QueuePage(), None, False
    try:
        page = review_queue.queue_page(
            moderator.site, filters, cursor=request.GET.get("cursor", "")[:60]
        )
        count = review_queue.count_comments(moderator.site, filters)
    except queue_filters.QueryTooSlow:
        too_slow = True
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "edits": at_least(moderator, Role.EDITOR),
        "settles": at_least(moderator, Role.SENIOR),
        "form": form,
        "page": page,
        "rows": [build_row(item, moderator, form.policy) for item in page.items],
        "count": count,
        "histogram": build_histogram(moderator.site, filters),
        "too_slow": too_slow,
        "query": query_of(filters),
        "filtered": bool(set(non_defaults(filters)) - {"order"}),
        "more_is_open": bool(set(non_defaults(filters)) - {*FIRST_FIELDS, *SPAN}),
        "next_query": query_of(filters, cursor=page.next_cursor) if page.next_cursor else "",
        "later_page": bool(request.GET.get("cursor")),
        "appeals": count_appeals(moderator.site),
        "deferred": review_queue.count_deferred(moderator.site),
        "selects": filters.status == Status.IN_REVIEW,
        "selected_cap": SELECTED_CAP,
        "clauses": form.policy.citable if form.policy else (),
        "key": str(uuid4()),
    }
    return render(request, "review/queue.html", context)


@require_GET
@moderates
def next_comment(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Claim the next comment that nobody reads and show it."""
    filters = read_filters(request, moderator).filters()
    if "again" in request.GET:
        forget(request, moderator.site)
    try:
        found = claim_next(request, moderator, filters)
    except queue_filters.QueryTooSlow:
        return to_queue(moderator, filters)
    if found is None:
        return show_empty(request, moderator, filters)
    return redirect(comment_address(moderator, found.pk, filters))


def claim_next(
    request: HttpRequest,
    moderator: Moderator,
    filters: queue_filters.QueueFilters,
    *,
    after: int | None = None,
) -> Comment | None:
    """Claim the next comment of the round for the moderator; None when nothing is left.

    Raises QueryTooSlow when the filters match too little of too much.
    """
    skipped = remembered(request, moderator.site)
    with queue_filters.bounded():
        found = claims.claim_next(
            moderator.user, moderator.site, filters, after=after, skipped=skipped
        )
    again = comments_for_second_review(moderator, filters, count=1 if found else 0)
    return again[0] if again else found


def to_queue(moderator: Moderator, filters: queue_filters.QueueFilters) -> HttpResponse:
    """Go to the list, which says what is wrong with the filters."""
    address = reverse("review_queue", kwargs={"site": moderator.site.slug})
    return redirect(address + query_of(filters))


@require_GET
@moderates
def ahead(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Give the page's script the next comments of the round, claimed, before they are due.

    `have` in the address names those that it has already, or whose decision is on its way. When
    nothing is left, the answer holds what the page says then.
    """
    filters = read_filters(request, moderator).filters()
    on_desk = read_ids(request.GET.get("have", ""))
    skipped = remembered(request, moderator.site)
    try:
        with queue_filters.bounded():
            found = claims.claim_ahead(
                moderator.user,
                moderator.site,
                filters,
                limit=AHEAD,
                on_desk=on_desk,
                skipped=skipped,
            )
    except queue_filters.QueryTooSlow:
        found = []
    again = comments_for_second_review(moderator, filters, count=len(found), on_desk=on_desk)
    waiting = count_waiting(moderator, filters)
    given = mix_in(found, again)
    answer = {
        "cards": [card_html(request, moderator, comment, filters, held=True) for comment in given],
        "waiting": render_to_string("review/_waiting.html", {"waiting": waiting}),
        "token": get_token(request),
    }
    if not found:
        answer["empty"] = empty_html(request, moderator, filters)
    return JsonResponse(answer)


def read_ids(given: str) -> list[int]:
    """Return the comments named in an address ("12,15"); what is no number is left out."""
    ids = [int(each) for each in given[:2000].split(",") if each.isascii() and each.isdigit()]
    return [pk for pk in ids if pk <= review_queue.LARGEST_ID]


@require_GET
@moderates
def comment(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show one comment of the site, large, with all that helps to decide on it."""
    filters = read_filters(request, moderator).filters()
    found = find_comment(moderator, pk)
    return show_comment(request, moderator, found, filters)


@require_GET
@moderates
def after(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Look at the comment that stands after this one in the queue."""
    return _neighbour(request, moderator, pk, back=False)


@require_GET
@moderates
def before(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Look at the comment that stands before this one in the queue."""
    return _neighbour(request, moderator, pk, back=True)


def _neighbour(request: HttpRequest, moderator: Moderator, pk: int, *, back: bool) -> HttpResponse:
    filters = read_filters(request, moderator).filters()
    here = find_comment(moderator, pk)
    try:
        found = review_queue.neighbour(moderator.site, filters, here, back=back)
    except queue_filters.QueryTooSlow:
        found = None
    if found is None:
        message = "This is the first one of the queue." if back else "This is the last one."
        if by_script(request):
            return JsonResponse({"message": message})
        return show_comment(request, moderator, here, filters, message=message)
    if by_script(request):
        html = card_html(request, moderator, find_comment(moderator, found), filters)
        return JsonResponse({"html": html})
    return redirect(comment_address(moderator, found, filters))
