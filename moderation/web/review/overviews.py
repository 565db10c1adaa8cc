"""Overviews: the workload of a site for its editors, and each moderator's own work."""

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
from moderation.web.query_numbers import read_number
from moderation.web.review.reasons import cited
from moderation.web.review.review_round import find_policy


@require_GET
@functools.partial(moderates, role=Role.EDITOR)
def workload(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show how many comments wait and how long, by age, section and clause; it ranks nobody."""
    try:
        found = count_workload(moderator.site)
    except QueryTooSlow:
        found = None
    _, policy = find_policy(moderator.site_id)
    names = {c.id: f"{c.number} {c.title}" for c in policy.clauses} if policy else {}
    context = {
        "site": moderator.site,
        "work": found,
        "clauses": [(id, names.get(id, id), n) for id, n in found.clauses] if found else [],
    }
    return render(request, "review/workload.html", context)


@require_GET
@moderates
def own(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show the moderator's own decisions, each with its undo, and the numbers of today."""
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
    """Return the moderator's reviews of gold comments, with their clause and the right one."""
    _, policy = find_policy(moderator.site_id)
    clauses = {clause.id: clause for clause in policy.clauses} if policy else {}
    return [
        (review, clauses.get(review.clause), clauses.get(review.gold.clause))
        for review in my_gold_reviews(moderator.user, moderator.site)
        if review.gold
    ]
