"""Overviews of the review room: what waits, for editors, and one's own work, for oneself."""

from __future__ import annotations

import functools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from moderation.models import Moderator, Role, SecondReview
from moderation.policy import Clause
from moderation.quality.gold import my_gold_reviews
from moderation.review.my_work import PAGE_SIZE, decisions_by_moderator, today
from moderation.review.queue import LARGEST_ID
from moderation.review.queue_filters import QueryTooSlow
from moderation.review.workload import workload as count_workload
from moderation.web.access import moderates
from moderation.web.numbers import read_number
from moderation.web.review.card import find_policy
from moderation.web.review.reasons import cited


@require_GET
@functools.partial(moderates, role=Role.EDITOR)
def workload(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show how much waits and how long, by age, section and clause; nobody is ranked."""
    try:
        found = count_workload(moderator.site)
    except QueryTooSlow:
        found = None
    _, program = find_policy(moderator.site_id)
    names = {each.id: f"{each.number} {each.title}" for each in program.clauses} if program else {}
    context = {
        "site": moderator.site,
        "work": found,
        "clauses": [(id, names.get(id, id), n) for id, n in found.clauses] if found else [],
    }
    return render(request, "review/workload.html", context)


@require_GET
@moderates
def own(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show this person's own decisions, each with its undo, and what today asked of them."""
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    made = decisions_by_moderator(moderator.user, moderator.site, before=before)
    shown = made[:PAGE_SIZE]
    context = {
        "site": moderator.site,
        "today": today(moderator.user, moderator.site),
        "lines": [(decision, cited(decision)) for decision in shown],
        "next": shown[-1].pk if len(made) > PAGE_SIZE else None,
        "gold": gold_lines(moderator) if before == LARGEST_ID else [],
        "later_page": before < LARGEST_ID,
    }
    return render(request, "review/own.html", context)


def gold_lines(
    moderator: Moderator,
) -> list[tuple[SecondReview, Clause | None, Clause | None]]:
    """Return what this person said of gold comments, with their clause and the one fixed."""
    _, program = find_policy(moderator.site_id)
    clauses = {each.id: each for each in program.clauses} if program else {}
    return [
        (review, clauses.get(review.clause), clauses.get(review.gold.clause))
        for review in my_gold_reviews(moderator.user, moderator.site)
        if review.gold
    ]
