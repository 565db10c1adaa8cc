"""The story's page: its comments by status and its state; and the watched stories."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from moderation.community import story_state
from moderation.community.stories import (
    comments_under,
    count_by_status,
    find_story,
    story_changes,
    watched_stories,
)
from moderation.models import Moderator, Status, Story
from moderation.platform.errors import ModerationError
from moderation.review.queue import LARGEST_ID, QueuePage
from moderation.review.queue_filters import QueryTooSlow
from moderation.web.access import moderates
from moderation.web.query_numbers import read_number
from moderation.web.review.review_round import find_policy
from moderation.web.review.rows import build_row


@require_http_methods(["GET", "POST"])
@moderates
def story(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show a story of the site, or carry out one of the page's forms."""
    subject = find_story(moderator, pk)
    if subject is None:
        raise Http404("No such story.")
    if request.method == "GET":
        return render(request, "review/story.html", _context(request, moderator, subject))
    try:
        message = _act(request, moderator, subject)
    except ModerationError as error:
        context = _context(request, moderator, subject) | {"problem": error.message}
        return render(request, "review/story.html", context, status=422)
    messages.success(request, message)
    return redirect("review_story", moderator.site.slug, subject.pk)


def _act(request: HttpRequest, moderator: Moderator, subject: Story) -> str:
    posted = request.POST
    if "watch" in posted:
        watched = posted["watch"] == "on"
        story_state.watch(moderator, subject, watched=watched)
        return _("You watch this story.") if watched else _("You no longer watch this story.")
    change = story_state.change_state(
        moderator,
        subject,
        posted.get("state", ""),
        seen=posted.get("seen", ""),
        note=posted.get("note", "").replace("\r\n", "\n"),
    )
    return _("Changed. The story is now: %(state)s.") % {"state": change.get_state_display()}


def _context(request: HttpRequest, moderator: Moderator, subject: Story) -> dict[str, Any]:
    status = request.GET.get("status", "")
    before = read_number(request.GET.get("before", "")) or LARGEST_ID
    page, counts, too_slow = QueuePage(), None, False
    try:
        counts = count_by_status(subject)
        page = comments_under(subject, status=status, before=before)
    except QueryTooSlow:
        too_slow = True
    _version, policy = find_policy(moderator.site_id)
    return {
        "site": moderator.site,
        "moderator": moderator,
        "story": subject,
        "counts": [(label, counts[value]) for value, label in Status.choices] if counts else [],
        "states": [choice for choice in Story.State.choices if choice[0] != subject.state],
        "changes": story_changes(subject),
        "statuses": Status.choices,
        "status": status if status in Status.values else "",
        "rows": [build_row(item, moderator, policy) for item in page.items],
        "next": page.next_cursor,
        "later_page": before < LARGEST_ID,
        "too_slow": too_slow,
        "shows_status": True,
    }


@require_GET
@moderates
def watched(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the stories that the moderator watches, with the waiting comments of each."""
    context = {"site": moderator.site, "watched": watched_stories(moderator)}
    return render(request, "review/watched.html", context)
