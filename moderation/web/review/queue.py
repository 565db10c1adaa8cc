"""The review pages, reading: the sites, the queue, one comment."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from moderation.accounts.roles import at_least, sites_of
from moderation.appeals.queue import count_waiting as count_appeals
from moderation.models import Comment, Role, Status
from moderation.quality.second_reviews import comments_for_second_review, mix_in
from moderation.review import claims, queue_filters
from moderation.review import queue as review_queue
from moderation.review.bulk import SELECTED_CAP
from moderation.web.access import signed_in
from moderation.web.review.comment import (
    card_html,
    count_waiting,
    empty_html,
    show_comment,
    show_empty,
)
from moderation.web.review.filters import FIRST_FIELDS, SPAN, non_defaults, query_of
from moderation.web.review.highlights import warm_up
from moderation.web.review.histogram import build_histogram
from moderation.web.review.review_round import ReviewRound, in_round, on_comment
from moderation.web.review.rows import build_row

# The page's script gets this many comments at a time: a small answer is a quick one.
AHEAD = 4


@require_GET
@signed_in
def sites(request: HttpRequest) -> HttpResponse:
    """Choose a site; where there is only one, go straight to its queue."""
    moderated = list(sites_of(request.user))  # type: ignore[arg-type]
    if len(moderated) == 1:
        return redirect("review_queue", moderated[0].slug)
    plain = queue_filters.QueueFilters()
    waiting = [(site, review_queue.count_comments(site, plain)) for site in moderated]
    return render(request, "review/sites.html", {"sites": waiting})


@require_GET
@in_round
def queue(round: ReviewRound) -> HttpResponse:
    """List the comments that wait for a person, or those that the filters ask for."""
    warm_up()
    form, filters = round.form, round.filters
    chosen = set(non_defaults(filters))
    cursor = round.request.GET.get("cursor", "")
    page, count, too_slow = review_queue.QueuePage(), None, False
    try:
        page = review_queue.queue_page(round.site, filters, cursor=cursor[:60])
        count = review_queue.count_comments(round.site, filters)
    except queue_filters.QueryTooSlow:
        too_slow = True
    context = {
        "moderator": round.moderator,
        "site": round.site,
        "edits": at_least(round.moderator, Role.EDITOR),
        "settles": at_least(round.moderator, Role.SENIOR),
        "form": form,
        "page": page,
        "rows": [build_row(item, round.moderator, form.policy) for item in page.items],
        "count": count,
        "histogram": build_histogram(round.site, filters),
        "too_slow": too_slow,
        "query": round.query,
        "filtered": round.filtered,
        "more_is_open": bool(chosen - {*FIRST_FIELDS, *SPAN}),
        "next_query": query_of(filters, cursor=page.next_cursor) if page.next_cursor else "",
        "later_page": bool(cursor),
        "appeals": count_appeals(round.site),
        "deferred": review_queue.count_deferred(round.site),
        "selects": filters.status == Status.IN_REVIEW,
        "selected_cap": SELECTED_CAP,
        "clauses": form.policy.citable if form.policy else (),
        "key": str(uuid4()),
    }
    return render(round.request, "review/queue.html", context)


@require_GET
@in_round
def next_comment(round: ReviewRound) -> HttpResponse:
    """Claim the next comment that nobody else reviews, and show it."""
    if "again" in round.request.GET:
        round.restart()
    try:
        comment = claim_next(round)
    except queue_filters.QueryTooSlow:
        return redirect(round.queue_address)
    if comment is None:
        return show_empty(round)
    return redirect(round.comment_address(comment.pk))


def claim_next(round: ReviewRound, *, after: int | None = None) -> Comment | None:
    """Claim the next comment of the round for the moderator; None when nothing is left.

    Raises QueryTooSlow when the filters match too little of too much.
    """
    with queue_filters.bounded():
        comment = claims.claim_next(
            round.user, round.site, round.filters, after=after, skipped=round.skipped
        )
    again = comments_for_second_review(round.moderator, round.filters, count=1 if comment else 0)
    return again[0] if again else comment


@require_GET
@in_round
def ahead(round: ReviewRound) -> HttpResponse:
    """Give the page's script the next comments of the round, claimed, before it needs them.

    `have` in the address names the comments that the script has already, or whose decision is on
    its way. When nothing is left, the answer holds the message for that.
    """
    have = read_ids(round.request.GET.get("have", ""))
    try:
        with queue_filters.bounded():
            claimed = claims.claim_ahead(
                round.user,
                round.site,
                round.filters,
                limit=AHEAD,
                on_desk=have,
                skipped=round.skipped,
            )
    except queue_filters.QueryTooSlow:
        claimed = []
    again = comments_for_second_review(
        round.moderator, round.filters, count=len(claimed), on_desk=have
    )
    waiting = count_waiting(round)
    comments = mix_in(claimed, again)
    answer = {
        "cards": [card_html(round, comment, held=True) for comment in comments],
        "waiting": render_to_string("review/_waiting.html", {"waiting": waiting}),
        "token": get_token(round.request),
    }
    if not claimed:
        answer["empty"] = empty_html(round)
    return JsonResponse(answer)


def read_ids(listed: str) -> list[int]:
    """Return the comments listed in an address ("12,15"); anything that is no number is dropped."""
    ids = [int(part) for part in listed[:2000].split(",") if part.isascii() and part.isdigit()]
    return [pk for pk in ids if pk <= review_queue.LARGEST_ID]


@require_GET
@on_comment
def comment(round: ReviewRound, comment: Comment) -> HttpResponse:
    """Show one comment of the site, large, with everything that helps to decide on it."""
    return show_comment(round, comment)


@require_GET
@on_comment
def after(round: ReviewRound, comment: Comment) -> HttpResponse:
    """Look at the comment after this one in the queue."""
    return _neighbour(round, comment, back=False)


@require_GET
@on_comment
def before(round: ReviewRound, comment: Comment) -> HttpResponse:
    """Look at the comment before this one in the queue."""
    return _neighbour(round, comment, back=True)


def _neighbour(round: ReviewRound, comment: Comment, *, back: bool) -> HttpResponse:
    try:
        pk = review_queue.neighbour(round.site, round.filters, comment, back=back)
    except queue_filters.QueryTooSlow:
        pk = None
    if pk is None:
        last = _("This is the last comment of the queue.")
        message = _("This is the first comment of the queue.") if back else last
        if round.by_script:
            return JsonResponse({"message": message})
        return show_comment(round, comment, message=message)
    if round.by_script:
        return JsonResponse({"html": card_html(round, round.find_comment(pk))})
    return redirect(round.comment_address(pk))
