"""One comment of the review room on the screen: as a page, or as a part for the page's script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from moderation.accounts.invitations import note_presence
from moderation.accounts.roles import at_least, colleagues
from moderation.appeals.queue import count_waiting as count_appeals
from moderation.models import Comment, Moderator, Role, Status
from moderation.review import claims, queue, queue_filters
from moderation.review.comment_history import last_undoable
from moderation.web.review import skipped
from moderation.web.review.card import build_card
from moderation.web.review.filters import non_defaults, query_of
from moderation.web.review.shortcuts import keys_of, shown_keys

# Beside a comment the count is a courtesy: no decision waits longer for it.
COUNT_MS = 150


def comment_address(moderator: Moderator, pk: int, filters: queue_filters.QueueFilters) -> str:
    """Return where a comment is shown, keeping the filters of the round."""
    address = reverse("review_comment", kwargs={"site": moderator.site.slug, "pk": pk})
    return f"{address}{query_of(filters)}"


def find_comment(moderator: Moderator, pk: int) -> Comment:
    """Return a comment of the moderator's site with its surroundings; 404 for any other."""
    if pk > queue.LARGEST_ID:
        raise Http404("No such comment.")
    comments = Comment.objects.select_related("story", "author", "parent")
    found = comments.filter(pk=pk, site=moderator.site).first()
    if found is None:
        raise Http404("No such comment.")
    return found


def show_comment(
    request: HttpRequest,
    moderator: Moderator,
    found: Comment,
    filters: queue_filters.QueueFilters,
    **more: Any,
) -> HttpResponse:
    """Render the page of one comment, and claim it alone.

    more: `message` (what just happened, in words), `upcoming` (whether this is the next one after
    it), `conflict` (what somebody else did meanwhile), `problem` (why a press changed nothing),
    `note` (what was written), `status` (HTTP).
    """
    status = more.pop("status", 200)
    reader = _other_reader(moderator, found, alone=True)
    context = _card_context(moderator, found, filters, reader, **more)
    context |= {
        "waiting": count_waiting(moderator, filters),
        "undoable": last_undoable(moderator.user, moderator.site),
        "colleagues": colleagues(moderator),
    }
    note_presence(moderator)
    return render(request, "review/comment.html", context, status=status)


def card_html(
    request: HttpRequest,
    moderator: Moderator,
    found: Comment,
    filters: queue_filters.QueueFilters,
    *,
    held: bool = False,
    **more: Any,
) -> str:
    """Return the part of the page that shows one comment, claimed beside what is held already.

    held: it was claimed just now. more: as for `show_comment`, without `status`.
    """
    reader = None if held else _other_reader(moderator, found, alone=False)
    context = _card_context(moderator, found, filters, reader, **more)
    return render_to_string("review/_focus.html", context, request)


def _card_context(
    moderator: Moderator,
    found: Comment,
    filters: queue_filters.QueueFilters,
    reader: User | None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "moderator": moderator,
        "site": moderator.site,
        "edits": at_least(moderator, Role.EDITOR),
        "card": build_card(found, moderator, reader=reader),
        "keys": keys_of(moderator),
        "shown_keys": shown_keys(moderator),
        "query": query_of(filters),
        "address": comment_address(moderator, found.pk, filters),
        **more,
    }


def _other_reader(moderator: Moderator, found: Comment, *, alone: bool) -> User | None:
    """Claim the comment for the moderator; return who else holds it, if somebody does."""
    if found.status != Status.IN_REVIEW or claims.claim(moderator.user, found.pk, alone=alone):
        return None
    return found.claimed_by


def show_empty(
    request: HttpRequest, moderator: Moderator, filters: queue_filters.QueueFilters
) -> HttpResponse:
    """Say that nothing is left, kindly, and where to go from here."""
    note_presence(moderator)
    context = _empty_context(request, moderator, filters)
    context["colleagues"] = colleagues(moderator)
    return render(request, "review/empty.html", context)


def empty_html(
    request: HttpRequest, moderator: Moderator, filters: queue_filters.QueueFilters
) -> str:
    """Return the part of the page that says that nothing is left."""
    context = _empty_context(request, moderator, filters)
    return render_to_string("review/_empty.html", context, request)


def _empty_context(
    request: HttpRequest, moderator: Moderator, filters: queue_filters.QueueFilters
) -> dict[str, Any]:
    address = reverse("review_next", kwargs={"site": moderator.site.slug})
    return {
        "moderator": moderator,
        "site": moderator.site,
        "keys": keys_of(moderator),
        "shown_keys": shown_keys(moderator),
        "query": query_of(filters),
        "address": f"{address}{query_of(filters)}",
        "filtered": bool(set(non_defaults(filters)) - {"order"}),
        "skipped": len(skipped.remembered(request, moderator.site)),
        "undoable": last_undoable(moderator.user, moderator.site),
        "appeals": count_appeals(moderator.site),
        "elsewhere": _others_hold_some(moderator, filters),
        "deferred": queue.count_deferred(moderator.site),
        "left": _leaves_some(moderator, filters),
        "first_run": not Comment.objects.filter(site=moderator.site).exists(),
    }


def _others_hold_some(moderator: Moderator, filters: queue_filters.QueueFilters) -> bool:
    """Tell whether comments of the round are on the desks of other moderators."""
    try:
        with queue_filters.bounded():
            waiting = queue_filters.filter_comments(moderator.site, filters)
            held = waiting.filter(status=Status.IN_REVIEW, claimed_until__gt=Now())
            return held.exclude(claimed_by=moderator.user).exists()
    except queue_filters.QueryTooSlow:
        return False


def _leaves_some(moderator: Moderator, filters: queue_filters.QueueFilters) -> bool:
    """Tell whether comments of the round wait that the moderator leaves to others."""
    if not moderator.left_clauses:
        return False
    try:
        with queue_filters.bounded():
            waiting = queue_filters.filter_comments(moderator.site, filters)
            left = waiting.filter(Exists(queue_filters.decisions_by(moderator.left_clauses)))
            return left.filter(status=Status.IN_REVIEW).exists()
    except queue_filters.QueryTooSlow:
        return False


def count_waiting(moderator: Moderator, filters: queue_filters.QueueFilters) -> queue.Count | None:
    """Count what waits; None when that would take too long."""
    try:
        return queue.count_comments(moderator.site, filters, milliseconds=COUNT_MS)
    except queue_filters.QueryTooSlow:
        return None
