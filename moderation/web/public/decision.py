"""The page that shows an author the decision on a comment, the reason, and the next steps.

The author has the cookie of the readers' pages, or a signed link that the publisher got from the
API. The page never shows a moderator's name or a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from moderation.appeals import actions as appeal_actions
from moderation.appeals.queue import (
    SHOWN_APPEALS,
    is_alone,
    public_appeals,
    public_state,
    same_person,
)
from moderation.community.reader_comments import ReaderComment, reader_comment
from moderation.decisions.author_link import read_link
from moderation.decisions.by_external_id import get_story
from moderation.decisions.public_status import public_status_now
from moderation.intake import edit
from moderation.models import Appeal, Comment, Status, Story
from moderation.platform.errors import ModerationError
from moderation.web.public import visitors
from moderation.web.public.forms import AppealForm, EditForm, add_refusal
from moderation.web.public.stories import address_of, host_of, reader_site, wait_message

HEADINGS = {
    Status.PENDING: gettext_lazy("Your comment is being checked"),
    Status.IN_REVIEW: gettext_lazy("A moderator will read your comment"),
    Status.APPROVED: gettext_lazy("Your comment is posted"),
    Status.REJECTED: gettext_lazy("Your comment was not posted"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """An author on the page of a comment. Only a comment written here can be edited here."""

    request: HttpRequest
    comment: Comment
    mine: ReaderComment
    reader: str
    wrote_here: bool

    @property
    def may_edit(self) -> bool:
        """Tell whether the author may send another text now."""
        rejected = {self.comment.status, self.mine.status} == {Status.REJECTED}
        return self.wrote_here and rejected and self.comment.story.state != Story.State.CLOSED


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal as its author sees it; `again` when the same moderator answers it."""

    appeal: Appeal
    state: Appeal.State
    again: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_decision(request: HttpRequest, site: str, story: str, comment: str) -> HttpResponse:
    """Show a reader the decision on a comment that was written here with the same browser."""
    comments = _comments().filter(story=get_story(reader_site(site), story))
    my_comment = comments.filter(external_id=comment.replace("\x00", "")).first()
    reader = visitors.reader_id(request)
    if my_comment is None or not _is_author(my_comment, reader):
        raise Http404("no such comment")
    return _respond(request, my_comment, reader, wrote_here=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signed(request: HttpRequest, token: str) -> HttpResponse:
    """Show the decision on a comment to anyone who has its signed link."""
    pk = read_link(token)
    comment = _comments().filter(pk=pk).first() if pk else None
    if comment is None:
        raise Http404("no such comment")
    reader = visitors.reader_id(request)
    here = comment.site.reader_pages and _is_author(comment, reader)
    return _respond(request, comment, reader or f"comment-{comment.pk}", wrote_here=here)


def _comments() -> Any:
    comments = Comment.objects.filter(erased_at=None).select_related("site", "story", "author")
    return comments.annotate(status_now=public_status_now())


def _is_author(comment: Comment, reader: str) -> bool:
    return bool(reader and comment.author and comment.author.external_id == reader)


def _respond(
    request: HttpRequest, comment: Comment, reader: str, *, wrote_here: bool
) -> HttpResponse:
    comment.story.site = comment.site
    visit = Visit(request, comment, reader_comment(comment), reader, wrote_here)
    if request.method != "POST":
        return _show(visit)
    return _take_text(visit) if "body" in request.POST else _take_appeal(visit)


def _take_appeal(visit: Visit) -> HttpResponse:
    form = AppealForm(visit.request.POST)
    author = visit.comment.author
    if form.is_valid() and not _too_fast(visit, form, "appeal"):
        try:
            appeal_actions.open_appeal(
                visit.comment,
                author_id=author.external_id if author else None,
                words=form.cleaned_data["words"],
            )
        except ModerationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(visit.request, _("The moderators have your appeal."))
            return redirect(visit.request.path)
    return _show(visit, appeal_form=form)


def _take_text(visit: Visit) -> HttpResponse:
    form = EditForm(visit.request.POST)
    if not visit.may_edit:
        form.add_error(None, _("You can no longer edit this comment here."))
    elif form.is_valid() and not _too_fast(visit, form, "comment"):
        body, revision = form.cleaned_data["body"], form.cleaned_data["revision"]
        try:
            if edit.edit_comment(visit.comment, body=body, expected_revision=revision):
                messages.success(visit.request, _("Thank you. Your new text is being checked."))
                return redirect(visit.request.path)
            form.add_error("body", _("This is the text that was not posted. Please edit it."))
        except ModerationError as refusal:
            add_refusal(form, refusal)
    return _show(visit, edit_form=form)


def _too_fast(visit: Visit, form: AppealForm | EditForm, act: str) -> bool:
    seconds = visitors.seconds_to_wait(visit.request, visit.reader, act)
    if seconds:
        form.add_error(None, wait_message(seconds))
    return bool(seconds)


def _show(
    visit: Visit, *, appeal_form: AppealForm | None = None, edit_form: EditForm | None = None
) -> HttpResponse:
    comment = visit.comment
    lines = [_line(appeal) for appeal in public_appeals(comment)[:SHOWN_APPEALS]]
    text = {"body": comment.body, "revision": comment.revision}
    context = {
        "site": comment.site,
        "comment": comment,
        "mine": visit.mine,
        "heading": HEADINGS[visit.mine.status],
        "appeals": lines,
        "appeal_form": appeal_form
        or (AppealForm() if appeal_actions.may_appeal(comment) else None),
        "edit_form": edit_form or (EditForm(initial=text) if visit.may_edit else None),
        "address": address_of(comment.story) if comment.site.reader_pages else "",
        "host": "" if comment.story.state == Story.State.CLOSED else host_of(comment.story.url),
    }
    refused = appeal_form or edit_form
    return render(visit.request, "public/decision.html", context, status=422 if refused else 200)


def _line(appeal: Appeal) -> AppealLine:
    state = public_state(appeal)
    if state != Appeal.State.OPEN:
        return AppealLine(appeal, state, same_person(appeal))
    decided = appeal.decision.moderator
    return AppealLine(appeal, state, bool(decided and is_alone(decided, appeal.site)))
