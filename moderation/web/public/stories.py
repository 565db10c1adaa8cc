"""The pages for readers: stories with their comments, and the status of the reader's own."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from moderation.community.reader_comments import (
    ReaderComment,
    comments_by_reader,
    conversation_before,
)
from moderation.community.thread import thread
from moderation.decisions.by_external_id import get_comment, get_story
from moderation.decisions.public_status import public_status
from moderation.intake import submit
from moderation.models import Author, Comment, Site, Status, Story
from moderation.platform.errors import ModerationError
from moderation.policy import PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring import flags
from moderation.web.access import is_htmx
from moderation.web.public import visitors
from moderation.web.public.forms import CommentForm, ReportForm, add_refusal, new_key
from moderation.web.public.thread_rows import ThreadRow, thread_rows

CONVERSATIONS = 30
LATEST_STORIES = 20


def reader_site(slug: str) -> Site:
    """Return a site whose readers may use these pages; 404 for any other."""
    return get_object_or_404(Site, slug=slug, reader_pages=True)


def address_of(story: Story) -> str:
    """Return the path of a story's page."""
    return reverse("story", kwargs={"site": story.site.slug, "story": story.external_id})


@require_safe
def stories(request: HttpRequest, site: str) -> HttpResponse:
    """List a site's latest stories."""
    shown = reader_site(site)
    latest = Story.objects.filter(site=shown).order_by("-published_at", "-pk")[:LATEST_STORIES]
    return render(request, "public/stories.html", {"site": shown, "stories": latest})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest, site: str, story: str) -> HttpResponse:
    """Show a story with its comments; take a comment."""
    shown = get_story(reader_site(site), story)
    reader = visitors.reader_id(request) or visitors.new_reader_id()
    if request.method == "POST":
        response = _take_comment(request, shown, reader)
    else:
        response = _show_story(request, shown, reader)
    visitors.remember_reader(response, reader)
    return response


def _take_comment(request: HttpRequest, story: Story, reader: str) -> HttpResponse:
    sent = request.POST.copy()
    form = CommentForm(sent)
    if story.state == Story.State.CLOSED:
        form.add_error(None, _("Comments on this story are closed."))
        return _show_story(request, story, reader, form=form, status=409)
    if not form.is_valid():
        return _show_story(request, story, reader, form=form, status=422)
    if seconds := visitors.seconds_to_wait(request, reader, "comment"):
        form.add_error(None, wait_message(seconds))
        response = _show_story(request, story, reader, form=form, status=429)
        response["Retry-After"] = str(seconds)
        return response
    if form.cleaned_data["parent"] and not _parent_comment(story, form.cleaned_data["parent"]):
        sent["parent"] = ""
        form.add_error(
            None,
            _(
                "The comment that you reply to is no longer here. "
                "Send your text again to post it as a new comment."
            ),
        )
        return _show_story(request, story, reader, form=form, status=409)
    try:
        submit.submit_comment(story.site, form.submission(story, reader))
    except ModerationError as refusal:
        add_refusal(form, refusal)
        return _show_story(request, story, reader, form=form, status=refusal.status)
    return redirect(f"{address_of(story)}#yours")


def wait_message(seconds: int) -> str:
    """Return the message for a reader who sends too often."""
    return ngettext(
        "You have reached the limit for one minute. Your text is still here. "
        "Please wait %(seconds)d second and send it again.",
        "You have reached the limit for one minute. Your text is still here. "
        "Please wait %(seconds)d seconds and send it again.",
        seconds,
    ) % {"seconds": seconds}


def _show_story(
    request: HttpRequest,
    story: Story,
    reader: str,
    *,
    form: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows, following, after = _read_thread(request, story, reader)
    answering = _parent_comment(story, request.POST.get("parent") or request.GET.get("reply", ""))
    if form is None:
        known = Author.objects.filter(site=story.site, external_id=reader)
        name = known.values_list("name", flat=True).first() or ""
        parent = answering.external_id if answering else ""
        form = CommentForm(initial={"name": name, "parent": parent, "key": new_key()})
    context = {
        "site": story.site,
        "story": story,
        "address": address_of(story),
        "closed": story.state == Story.State.CLOSED,
        "host": "" if story.body else host_of(story.url),
        "promise": _promise(story.site),
        "rows": rows,
        "following": following,
        "later_page": bool(after),
        "form": form,
        "answering": answering,
        **_my_comments_context(story, reader),
    }
    return render(request, "public/story.html", context, status=status)


def host_of(url: str) -> str:
    """Return the host of an address that may be linked, "" for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _read_thread(
    request: HttpRequest, story: Story, reader: str
) -> tuple[list[ThreadRow], str, str]:
    """Return the rows of the requested page, the start of the next page, and of this page."""
    after, at = (request.GET.get(name, "")[:255].replace("\x00", "") for name in ("after", "at"))
    page = thread(story, after=after, limit=CONVERSATIONS)
    rows = thread_rows(page.comments, reader)
    if at and not any(row.comment.id == at for row in rows):
        after = conversation_before(story, at)
        page = thread(story, after=after, limit=CONVERSATIONS)
        rows = thread_rows(page.comments, reader)
    return rows, page.next or "", after


def _parent_comment(story: Story, external_id: str) -> Comment | None:
    """Return the comment that the reader replies to, if readers can see it."""
    if not external_id or len(external_id) > 255:
        return None
    try:
        return _visible_comment(story, external_id)
    except Http404:
        return None


def _visible_comment(story: Story, external_id: str) -> Comment:
    comment = get_comment(story.site, external_id)
    visible = public_status(comment) == Status.APPROVED and comment.erased_at is None
    if not visible or comment.story_id != story.pk:
        raise Http404("no such comment")
    return comment


def _promise(site: Site) -> str:
    try:
        policy = live_policy(site)[1]
    except (NoPolicyError, PolicyError):
        return ""
    return policy.promise


def _my_comments_context(story: Story, reader: str) -> dict[str, Any]:
    my_comments = comments_by_reader(story, reader)
    states = ",".join(f"{mine.comment.pk}:{mine.status}" for mine in my_comments)
    return {
        "my_comments": my_comments,
        "pace": _pace(my_comments),
        # What the page shows now, so that the next request can answer "nothing new".
        "state": hashlib.sha256(states.encode()).hexdigest()[:16],
        "posted": sum(mine.status == Status.APPROVED for mine in my_comments),
    }


def _pace(my_comments: list[ReaderComment]) -> str:
    """Return when to ask again: "soon" while software decides, "later" while a person does."""
    statuses = {mine.status for mine in my_comments}
    if Status.PENDING in statuses:
        return "soon"
    return "later" if Status.IN_REVIEW in statuses else ""


@never_cache
@require_GET
def yours(request: HttpRequest, site: str, story: str) -> HttpResponse:
    """Show a reader the status of the comments that he or she sent."""
    shown = get_story(reader_site(site), story)
    if not is_htmx(request):
        return redirect(f"{address_of(shown)}#yours")
    reader = visitors.reader_id(request)
    context = _my_comments_context(shown, reader)
    if context["state"] == request.GET.get("state"):
        # Without a new text in the page, screen readers stay quiet.
        return HttpResponse(status=204)
    context |= {"site": shown.site, "story": shown, "address": address_of(shown)}
    response = render(request, "public/_my_comments.html", context)
    if str(context["posted"]) != request.GET.get("posted", "0"):
        # The conversation below has changed, too.
        response["HX-Trigger"] = "comments-changed"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, site: str, story: str, comment: str) -> HttpResponse:
    """Take a reader's report of a comment."""
    under = get_story(reader_site(site), story)
    reported = _visible_comment(under, comment)
    reader = visitors.reader_id(request) or visitors.new_reader_id()
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and (response := _take_report(request, form, reported, reader)):
            return response
        status = 422
    context = {
        "site": under.site,
        "story": under,
        "comment": reported,
        "address": address_of(under),
        "form": form,
    }
    response = render(request, "public/report.html", context, status=status)
    visitors.remember_reader(response, reader)
    return response


def _take_report(
    request: HttpRequest, form: ReportForm, comment: Comment, reader: str
) -> HttpResponse | None:
    """Store a report; None when it is refused, with the reason in the form."""
    if seconds := visitors.seconds_to_wait(request, reader, "report"):
        form.add_error(None, wait_message(seconds))
        return None
    try:
        flags.flag_comment(comment, flagger_id=reader, **form.cleaned_data)
    except ModerationError as refusal:
        add_refusal(form, refusal)
        return None
    messages.success(request, _("Thank you. The moderators have your report."))
    response = redirect(f"{address_of(comment.story)}#comments")
    visitors.remember_reader(response, reader)
    return response
