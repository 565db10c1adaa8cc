"""The review room, reading: the sites, the queue, one comment."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from moderation.models import Comment, Moderator, Status
from moderation.selectors import queues
from moderation.selectors.histories import last_undoable
from moderation.selectors.moderators import sites_of
from moderation.services import review as desk
from moderation.web import skips
from moderation.web.access import is_htmx, moderates, signed_in
from moderation.web.highlights import warm_up
from moderation.web.review_card import build_card, find_policy
from moderation.web.review_filters import FilterForm, non_defaults, query_of
from moderation.web.review_rows import build_row

# Beside a comment the count is a courtesy: no decision waits longer for it.
COUNT_MS = 150


@require_GET
@signed_in
def sites(request: HttpRequest) -> HttpResponse:
    """Choose a site; where there is only one, go straight to its queue."""
    found = list(sites_of(request.user))  # type: ignore[arg-type]
    if len(found) == 1:
        return redirect("review_queue", found[0].slug)
    waiting = [(site, queues.count_comments(site, queues.QueueFilters())) for site in found]
    return render(request, "review/sites.html", {"sites": waiting})


def read_filters(request: HttpRequest, moderator: Moderator) -> FilterForm:
    """Return the filters of the address, bound to the site's sections and live policy."""
    _, policy = find_policy(moderator.site_id)
    return FilterForm(request.GET, site=moderator.site, policy=policy)


@require_GET
@moderates
def queue(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List what waits for a person, or what the filters ask for."""
    warm_up()
    form = read_filters(request, moderator)
    filters = form.filters()
    page, count, too_slow = queues.QueuePage(), None, False
    try:
        page = queues.queue_page(moderator.site, filters, cursor=request.GET.get("cursor", "")[:60])
        count = queues.count_comments(moderator.site, filters)
    except queues.QueryTooSlow:
        too_slow = True
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "form": form,
        "page": page,
        "rows": [build_row(item, moderator) for item in page.items],
        "count": count,
        "too_slow": too_slow,
        "query": query_of(filters),
        "filtered": bool(set(non_defaults(filters)) - {"order"}),
        "more_is_open": bool(set(non_defaults(filters)) - {"order", "status", "search"}),
        "next_query": query_of(filters, cursor=page.next_cursor) if page.next_cursor else "",
        "later_page": bool(request.GET.get("cursor")),
    }
    return render(request, "review/queue.html", context)


@require_GET
@moderates
def next_comment(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Claim the next comment that nobody reads and show it."""
    filters = read_filters(request, moderator).filters()
    if "again" in request.GET:
        skips.forget(request, moderator.site)
    try:
        found = claim_next(request, moderator, filters)
    except queues.QueryTooSlow:
        return to_queue(request, moderator, filters)
    if found is None:
        return show_empty(request, moderator, filters)
    return redirect(comment_address(moderator, found.pk, filters))


def claim_next(
    request: HttpRequest,
    moderator: Moderator,
    filters: queues.QueueFilters,
    *,
    after: int | None = None,
) -> Comment | None:
    """Claim the next comment of the round for the moderator; None when nothing is left.

    Raises QueryTooSlow when the filters match too little of too much.
    """
    skipped = skips.remembered(request, moderator.site)
    with queues.bounded():
        return desk.claim_next(
            moderator.user, moderator.site, filters, after=after, skipped=skipped
        )


def to_queue(
    request: HttpRequest, moderator: Moderator, filters: queues.QueueFilters
) -> HttpResponse:
    """Go to the list, which says what is wrong with the filters."""
    address = reverse("review_queue", kwargs={"site": moderator.site.slug}) + query_of(filters)
    if is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


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
        found = queues.neighbour(moderator.site, filters, here, back=back)
    except queues.QueryTooSlow:
        found = None
    if found is None:
        said = "This is the first one of the queue." if back else "This is the last one."
        return show_comment(request, moderator, here, filters, said=said)
    if is_htmx(request):
        return show_comment(request, moderator, find_comment(moderator, found), filters)
    return redirect(comment_address(moderator, found, filters))


def comment_address(moderator: Moderator, pk: int, filters: queues.QueueFilters) -> str:
    """Return where a comment is shown, keeping the filters of the round."""
    address = reverse("review_comment", kwargs={"site": moderator.site.slug, "pk": pk})
    return f"{address}{query_of(filters)}"


def find_comment(moderator: Moderator, pk: int) -> Comment:
    """Return a comment of the moderator's site with its surroundings; 404 for any other."""
    if pk > queues.LARGEST_ID:
        raise Http404("No such comment.")
    comments = Comment.objects.select_related(
        "story", "author", "parent", "parent__author", "claimed_by"
    )
    found = comments.filter(pk=pk, site=moderator.site).first()
    if found is None:
        raise Http404("No such comment.")
    return found


def show_comment(
    request: HttpRequest,
    moderator: Moderator,
    found: Comment,
    filters: queues.QueueFilters,
    **more: Any,
) -> HttpResponse:
    """Render one comment: the page, or for htmx the card with its status line.

    more: `said` (what just happened, in words), `upcoming` (whether this is the next one after
    it), `conflict` (what somebody else did meanwhile), `problem` (why a press changed nothing),
    `note` (what was written), `status` (HTTP).
    """
    status = more.pop("status", 200)
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "card": build_card(found, reader=_other_reader(moderator, found)),
        "query": query_of(filters),
        "waiting": _count(moderator, filters),
        "undoable": last_undoable(moderator.user, moderator.site),
        "fragment": is_htmx(request),
        **more,
    }
    template = "review/_focus.html" if is_htmx(request) else "review/comment.html"
    response = render(request, template, context, status=status)
    if is_htmx(request):
        response.headers["HX-Replace-Url"] = comment_address(moderator, found.pk, filters)
    return response


def _other_reader(moderator: Moderator, found: Comment) -> User | None:
    """Claim the comment for the moderator; return who else holds it, if somebody does."""
    if found.status != Status.IN_REVIEW or desk.claim(moderator.user, found.pk):
        return None
    return found.claimed_by


def show_empty(
    request: HttpRequest, moderator: Moderator, filters: queues.QueueFilters, **more: Any
) -> HttpResponse:
    """Say that nothing is left, kindly, and where to go from here."""
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "query": query_of(filters),
        "filtered": bool(set(non_defaults(filters)) - {"order"}),
        "skipped": len(skips.remembered(request, moderator.site)),
        "undoable": last_undoable(moderator.user, moderator.site),
        "first_run": not Comment.objects.filter(site=moderator.site).exists(),
        **more,
    }
    template = "review/_empty.html" if is_htmx(request) else "review/empty.html"
    response = render(request, template, context)
    if is_htmx(request):
        address = reverse("review_next", kwargs={"site": moderator.site.slug})
        response.headers["HX-Replace-Url"] = f"{address}{query_of(filters)}"
    return response


def _count(moderator: Moderator, filters: queues.QueueFilters) -> queues.Count | None:
    try:
        return queues.count_comments(moderator.site, filters, milliseconds=COUNT_MS)
    except queues.QueryTooSlow:
        return None
