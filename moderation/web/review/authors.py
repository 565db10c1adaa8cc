"""The author's page (comments, standing, notes), and the list of authors with a standing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
from moderation.web.query_numbers import read_number
from moderation.web.review.reasons import clause_titles
from moderation.web.review.review_round import find_policy
from moderation.web.review.rows import build_row

# What each standing does, what a page says when it is set or set again, and for how many days.
MEANINGS = {
    Standing.NORMAL: gettext_lazy("The policy decides, as for every author."),
    Standing.TRUSTED: gettext_lazy("A fact for the policy. By itself it changes nothing."),
    Standing.PREMODERATED: gettext_lazy(
        "A moderator reviews every comment that the policy would approve."
    ),
    Standing.MUTED: gettext_lazy(
        "A moderator reviews every comment that the policy would approve, after all other "
        "comments. No comment is lost."
    ),
    Standing.SUSPENDED: gettext_lazy(
        "New comments are refused until the suspension ends. The author sees the reason."
    ),
}
CHANGED = {
    Standing.NORMAL: gettext_lazy("The author’s standing is now normal."),
    Standing.TRUSTED: gettext_lazy("The author is now trusted."),
    Standing.PREMODERATED: gettext_lazy("The author’s comments are now read first."),
    Standing.MUTED: gettext_lazy("The author is now muted."),
    Standing.SUSPENDED: gettext_lazy("The author is now suspended."),
}
UNDONE = {
    Standing.NORMAL: gettext_lazy("Undone. The author’s standing is normal again."),
    Standing.TRUSTED: gettext_lazy("Undone. The author is trusted again."),
    Standing.PREMODERATED: gettext_lazy("Undone. The author’s comments are read first again."),
    Standing.MUTED: gettext_lazy("Undone. The author is muted again."),
    Standing.SUSPENDED: gettext_lazy("Undone. The author is suspended again."),
}
DURATIONS = {
    1: gettext_lazy("One day"),
    3: gettext_lazy("Three days"),
    7: gettext_lazy("One week"),
    30: gettext_lazy("One month"),
    90: gettext_lazy("Three months"),
    365: gettext_lazy("One year"),
}


@require_http_methods(["GET", "POST"])
@moderates
def author(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show an author of the site, or carry out one of the page's forms."""
    subject = find_author(moderator.site, pk)
    if subject is None:
        raise Http404("No such author.")
    if request.method == "GET":
        return render(request, "review/author.html", _context(request, moderator, subject))
    try:
        message = _act(request, moderator, subject)
    except ModerationError as error:
        context = _context(request, moderator, subject) | {
            "problem": error.message,
            "posted": request.POST,
        }
        return render(request, "review/author.html", context, status=422)
    messages.success(request, message)
    return redirect("review_author", moderator.site.slug, subject.pk)


@require_GET
@moderates
def standings(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the authors whose standing differs from the normal one."""
    offered = [value for value in Standing if value != Standing.NORMAL]
    standing = next((value for value in offered if value == request.GET.get("standing")), "")
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    changes = standings_that_hold(moderator.site, standing=standing, before=before)
    shown = changes[:PAGE_SIZE]
    context = {
        "site": moderator.site,
        "changes": [_line(change) for change in shown],
        "standings": offered,
        "standing": standing,
        "next": shown[-1].pk if len(changes) > PAGE_SIZE else None,
        "later_page": before < LARGEST_ID,
    }
    return render(request, "review/standings.html", context)


def _act(request: HttpRequest, moderator: Moderator, subject: Author) -> str:
    """Write the note, change the standing, or undo that; return the message."""
    posted = request.POST
    if "text" in posted:
        write_note(moderator, subject, posted["text"])
        return _("Note saved.")
    seen = read_number(posted.get("seen", ""))
    if "undo" in posted:
        change = undo_standing(moderator, subject, seen=seen)
        return str(UNDONE[Standing(change.standing)])
    wanted = posted.get("standing", "")
    if wanted not in Standing.values:
        raise Invalid(_("Choose a standing."), field="standing")
    change = change_standing(
        moderator,
        subject,
        Standing(wanted),
        seen=seen,
        days=read_number(posted.get("days", "")),
        clause=posted.get("clause", "")[:64],
        reason=posted.get("reason", "").replace("\r\n", "\n"),
    )
    return str(CHANGED[Standing(change.standing)])


def _context(request: HttpRequest, moderator: Moderator, subject: Author) -> dict[str, Any]:
    changes = standing_changes(subject)
    status = request.GET.get("status", "")
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    page = comments_by(subject, status=status, before=before)
    _version, policy = find_policy(moderator.site_id)
    now = Standing(subject.standing)
    may = [value for value in Standing if value == now or may_set(moderator, value)]
    return {
        "site": moderator.site,
        "moderator": moderator,
        "author": subject,
        "record": author_record(subject),
        "now": now,
        "meaning": MEANINGS[now],
        "latest": changes[0] if changes else None,
        "changes": [_line(change) for change in changes],
        "notes": notes_on(subject),
        "may_change": may_set(moderator, now),
        # The present standing can be set again, with another end or reason.
        "standings": [
            (value, MEANINGS[value]) for value in may if value != now or now != Standing.NORMAL
        ],
        "durations": DURATIONS.items(),
        "clauses": policy.citable if policy else (),
        "statuses": Status.choices,
        "status": status if status in Status.values else "",
        "rows": [build_row(item, moderator, policy) for item in page.items],
        "next": page.next_cursor,
        "later_page": before < LARGEST_ID,
        "shows_status": True,
    }


def _line(change: StandingChange) -> tuple[StandingChange, str]:
    """Return a change with the number and title of its clause."""
    names = clause_titles(change.policy)
    return change, names.get(change.clause, change.clause)
