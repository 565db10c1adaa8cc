"""The author's page (comments, standing, notes), and the list of who is not at the normal one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from moderation.community.authors import (
    comments_by,
    find_author,
    notes_on,
    standing_changes,
    standings_that_hold,
)
from moderation.community.standing import change_standing, may_set, undo_standing, write_note
from moderation.models import Author, Moderator, Standing, StandingChange, Status
from moderation.platform.errors import Invalid, ModerationError
from moderation.review.comment_history import author_record
from moderation.review.queue import LARGEST_ID, PAGE_SIZE
from moderation.web.access import moderates
from moderation.web.numbers import read_number
from moderation.web.review.card import find_policy
from moderation.web.review.reasons import clause_titles
from moderation.web.review.rows import build_row

# What each standing does, for people.
MEANINGS = {
    Standing.NORMAL: "The policy decides, as for everybody.",
    Standing.TRUSTED: "A fact that the policy may use. By itself it changes nothing.",
    Standing.PREMODERATED: "A person reads every comment that the policy would approve.",
    Standing.MUTED: "A person reads what would be approved, after the rest. Nothing is dropped.",
    Standing.SUSPENDED: "New comments are refused until the end, with the reason.",
}
LENGTHS = {
    1: "A day",
    3: "Three days",
    7: "A week",
    30: "A month",
    90: "Three months",
    365: "A year",
}


@require_http_methods(["GET", "POST"])
@moderates
def author(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show an author of the site, or carry out what was pressed on the page."""
    found = find_author(moderator.site, pk)
    if found is None:
        raise Http404("No such author.")
    if request.method == "GET":
        return render(request, "review/author.html", _context(request, moderator, found))
    try:
        message = _act(request, moderator, found)
    except ModerationError as error:
        context = _context(request, moderator, found) | {
            "problem": error.message,
            "given": request.POST,
        }
        return render(request, "review/author.html", context, status=422)
    messages.success(request, message)
    return redirect("review_author", moderator.site.slug, found.pk)


@require_GET
@moderates
def standings(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the authors on whom something was decided that holds now."""
    offered = [each for each in Standing if each != Standing.NORMAL]
    standing = next((each for each in offered if each == request.GET.get("standing")), "")
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    found = standings_that_hold(moderator.site, standing=standing, before=before)
    shown = found[:PAGE_SIZE]
    context = {
        "site": moderator.site,
        "changes": [_line(change) for change in shown],
        "standings": offered,
        "standing": standing,
        "next": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "later_page": before < LARGEST_ID,
    }
    return render(request, "review/standings.html", context)


def _act(request: HttpRequest, moderator: Moderator, found: Author) -> str:
    """Write the note, decide on the standing, or take that back; return what was done."""
    given = request.POST
    if "text" in given:
        write_note(moderator, found, given["text"])
        return "Noted."
    seen = read_number(given.get("seen", ""))
    if "undo" in given:
        change = undo_standing(moderator, found, seen=seen)
        return f"Taken back: {change.get_standing_display().lower()} again."
    wanted = given.get("standing", "")
    if wanted not in Standing.values:
        raise Invalid("Choose what should hold from now on.", field="standing")
    change = change_standing(
        moderator,
        found,
        Standing(wanted),
        seen=seen,
        days=read_number(given.get("days", "")),
        clause=given.get("clause", "")[:64],
        reason=given.get("reason", "").replace("\r\n", "\n"),
    )
    return f"{change.get_standing_display()} from now on."


def _context(request: HttpRequest, moderator: Moderator, found: Author) -> dict[str, Any]:
    changes = standing_changes(found)
    status = request.GET.get("status", "")
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    page = comments_by(found, status=status, before=before)
    _, program = find_policy(moderator.site_id)
    now = Standing(found.standing)
    may = [each for each in Standing if each == now or may_set(moderator, each)]
    return {
        "site": moderator.site,
        "moderator": moderator,
        "author": found,
        "record": author_record(found),
        "now": now,
        "meaning": MEANINGS[now],
        "latest": changes[0] if changes else None,
        "changes": [_line(change) for change in changes],
        "notes": notes_on(found),
        "may_change": may_set(moderator, now),
        # What holds can be given again, with another end or reason.
        "standings": [
            (each, MEANINGS[each]) for each in may if each != now or now != Standing.NORMAL
        ],
        "lengths": LENGTHS.items(),
        "clauses": program.citable if program else (),
        "statuses": Status.choices,
        "status": status if status in Status.values else "",
        "rows": [build_row(item, moderator, program) for item in page.items],
        "next": page.next_cursor,
        "later_page": before < LARGEST_ID,
        "shows_status": True,
    }


def _line(change: StandingChange) -> tuple[StandingChange, str]:
    """Return a change with the clause that it rests on, in words."""
    names = clause_titles(change.policy)
    return change, names.get(change.clause, change.clause)
