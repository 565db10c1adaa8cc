"""One comment of the review round on the screen: as a page, or as a part for the page's script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from moderation.accounts.invitations import note_presence
from moderation.accounts.roles import at_least, colleagues
from moderation.appeals.queue import count_waiting as count_appeals
from moderation.models import Comment, Role, Status
from moderation.review import claims, queue, queue_filters
from moderation.review.comment_history import last_undoable
from moderation.web.review.card import build_card
from moderation.web.review.messages import script_messages
from moderation.web.review.review_round import ReviewRound
from moderation.web.review.shortcuts import keys_of, shown_keys

# The count next to a comment is a courtesy: no decision waits longer for it.
COUNT_MS = 150


def show_comment(round: ReviewRound, comment: Comment, **more: Any) -> HttpResponse:
    """Render the page of one comment, and claim only this comment.

    more: `message` (what just happened), `conflict` (what somebody else did meanwhile), `problem`
    (why nothing was changed), `note` (what was written), `status` (HTTP).
    """
    status = more.pop("status", 200)
    reader = _other_reader(round, comment, alone=True)
    context = _card_context(round, comment, reader, **more) | _page_context(round)
    context |= {
        "waiting": count_waiting(round),
        "undoable": last_undoable(round.user, round.site),
    }
    return render(round.request, "review/comment.html", context, status=status)


def card_html(round: ReviewRound, comment: Comment, *, held: bool = False, **more: Any) -> str:
    """Return the part of the page that shows one comment, claimed with those already held.

    held: it was claimed just now. more: as for `show_comment`, without `status`.
    """
    reader = None if held else _other_reader(round, comment, alone=False)
    context = _card_context(round, comment, reader, **more)
    return render_to_string("review/_focus.html", context, round.request)


def _card_context(
    round: ReviewRound, comment: Comment, reader: User | None, **more: Any
) -> dict[str, Any]:
    return {
        "moderator": round.moderator,
        "site": round.site,
        "edits": at_least(round.moderator, Role.EDITOR),
        "card": build_card(comment, round.moderator, reader=reader),
        "keys": keys_of(round.moderator),
        "query": round.query,
        "address": round.comment_address(comment.pk),
        **more,
    }


def _page_context(round: ReviewRound) -> dict[str, Any]:
    """Return what surrounds the comment on a page, and note that the moderator is here."""
    note_presence(round.moderator)
    return {
        "colleagues": colleagues(round.moderator),
        "shown_keys": shown_keys(round.moderator),
        "script_messages": script_messages(),
    }


def _other_reader(round: ReviewRound, comment: Comment, *, alone: bool) -> User | None:
    """Claim the comment for the moderator; return the colleague who holds it, if there is one."""
    if comment.status != Status.IN_REVIEW or claims.claim(round.user, comment.pk, alone=alone):
        return None
    return comment.claimed_by


def show_empty(round: ReviewRound) -> HttpResponse:
    """Render the page that says why no comment is left, and where to go from here."""
    context = _empty_context(round) | _page_context(round)
    return render(round.request, "review/empty.html", context)


def empty_html(round: ReviewRound) -> str:
    """Return the part of the page that says why no comment is left."""
    return render_to_string("review/_all_reviewed.html", _empty_context(round), round.request)


def _empty_context(round: ReviewRound) -> dict[str, Any]:
    return {
        "moderator": round.moderator,
        "site": round.site,
        "keys": keys_of(round.moderator),
        "query": round.query,
        "address": round.next_address,
        "filtered": round.filtered,
        "skipped": len(round.skipped),
        "undoable": last_undoable(round.user, round.site),
        "appeals": count_appeals(round.site),
        "elsewhere": _others_hold_some(round),
        "deferred": queue.count_deferred(round.site),
        "left": _leaves_some(round),
        "first_run": not Comment.objects.filter(site=round.site).exists(),
    }


def _others_hold_some(round: ReviewRound) -> bool:
    """Tell whether other moderators hold comments of the round."""
    try:
        with queue_filters.bounded():
            waiting = queue_filters.filter_comments(round.site, round.filters)
            held = waiting.filter(status=Status.IN_REVIEW, claimed_until__gt=Now())
            return held.exclude(claimed_by=round.user).exists()
    except queue_filters.QueryTooSlow:
        return False


def _leaves_some(round: ReviewRound) -> bool:
    """Tell whether comments of the round wait that the moderator leaves to others."""
    if not round.moderator.left_clauses:
        return False
    try:
        with queue_filters.bounded():
            waiting = queue_filters.filter_comments(round.site, round.filters)
            decisions = queue_filters.decisions_by(round.moderator.left_clauses)
            return waiting.filter(Exists(decisions), status=Status.IN_REVIEW).exists()
    except queue_filters.QueryTooSlow:
        return False


def count_waiting(round: ReviewRound) -> queue.Count | None:
    """Count the waiting comments of the round; None when that would take too long."""
    try:
        return queue.count_comments(round.site, round.filters, milliseconds=COUNT_MS)
    except queue_filters.QueryTooSlow:
        return None
