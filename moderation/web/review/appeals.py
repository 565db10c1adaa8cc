"""Appeals on the review pages, one by one. The moderator who rejected a comment does not answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from moderation.accounts.invitations import note_presence
from moderation.appeals import queue
from moderation.appeals.actions import ANSWER_POINTS, grant, uphold
from moderation.models import Appeal, Decision, Moderator, Source
from moderation.platform.errors import ModerationError, NotFound, StaleDecision
from moderation.review.actions import undo as take_decision_back
from moderation.review.queue import LARGEST_ID
from moderation.web.access import moderates
from moderation.web.query_numbers import read_number
from moderation.web.review.card import build_card
from moderation.web.review.reasons import reason_lines
from moderation.web.review.shortcuts import keys_of

# What the keys of the review page do here.
KEY_DESCRIPTIONS = {
    "approve": gettext_lazy("Grant: approve the comment"),
    "reject": gettext_lazy("Uphold the rejection"),
    "note": gettext_lazy("Write an answer to the author"),
    "reasons": gettext_lazy("Show or hide the decision and its reasons"),
    "skip": gettext_lazy("Leave it to somebody else and show the next appeal"),
    "undo": gettext_lazy("Undo your last answer"),
    "help": gettext_lazy("Show the keys"),
}


class AnswerForm(forms.Form):
    """One key press: the version on the screen, the key press's own key, and the answer."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.CharField(max_length=100)
    answer = forms.CharField(max_length=ANSWER_POINTS, required=False)
    action = forms.ChoiceField(choices=[("grant", "grant"), ("uphold", "uphold")])


@require_GET
@moderates
def appeals(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the waiting appeals, oldest first; the moderator's own rejections are marked."""
    site = moderator.site
    waiting = (
        queue.waiting_appeals(site)
        .filter(pk__gt=read_number(request.GET.get("after", "")))
        .order_by("pk")
    )
    shown = list(waiting[: queue.PAGE_SIZE + 1])
    more = len(shown) > queue.PAGE_SIZE
    alone = queue.is_alone(moderator.user, site)
    context = {
        "site": site,
        "appeals": shown[: queue.PAGE_SIZE],
        "count": queue.count_waiting(site),
        "answerable": queue.answerable(moderator.user, site).exists(),
        "alone": alone,
        "next": shown[queue.PAGE_SIZE - 1].pk if more else None,
        "later_page": "after" in request.GET,
        "undoable": _undoable(moderator),
    }
    return render(request, "review/appeals.html", context)


@require_GET
@moderates
def next_appeal(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Go to the oldest appeal that this moderator may answer, after the one in the address."""
    return _go_on(moderator, after=read_number(request.GET.get("after", "")))


@require_GET
@moderates
def appeal(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show one appeal: the rejected text, the clause, and what the author says."""
    note_presence(moderator)
    return _show(request, moderator, _find(moderator, pk))


@require_POST
@moderates
def answer(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Answer one appeal and go to the next."""
    appeal = _find(moderator, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, moderator, appeal, problem=_("Nothing was decided. Try again."))
    values = form.cleaned_data
    verb = grant if values["action"] == "grant" else uphold
    text = values["answer"].replace("\r\n", "\n")
    seen = {"expected_version": values["version"], "key": values["key"], "answer": text}
    try:
        verb(moderator.user, pk, **seen)
    except StaleDecision as error:
        fresh = _find(moderator, pk)
        return _show(request, moderator, fresh, conflict=error.message, status=409)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        return _show(request, moderator, appeal, problem=error.message)
    granted, upheld = (
        _("Granted. The comment is approved."),
        _("Upheld. The comment stays rejected."),
    )
    messages.success(request, granted if verb is grant else upheld)
    return _go_on(moderator, after=pk)


@require_POST
@moderates
def take_back(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Undo an answer of the moderator and show the appeal, which is open again."""
    pk = read_number(request.POST.get("decision", ""))
    decisions = Decision.objects.filter(site=moderator.site, moderator=moderator.user)
    decision = decisions.filter(pk=pk, source=Source.APPEAL).first()
    if decision is None:
        messages.warning(request, _("There is nothing to undo."))
        return redirect("review_appeals", moderator.site.slug)
    try:
        take_decision_back(moderator.user, decision.pk)
    except ModerationError as error:
        messages.warning(request, _("Not undone: %(reason)s") % {"reason": error.message})
        return redirect("review_appeals", moderator.site.slug)
    messages.success(request, _("Undone. The appeal is open again."))
    about = Appeal.objects.filter(comment=decision.comment_id, revision=decision.revision)
    return redirect("review_appeal", moderator.site.slug, about.latest("pk").pk)


def _find(moderator: Moderator, pk: int) -> Appeal:
    appeals = Appeal.objects.select_related("site", *queue.RELATED)
    appeal = appeals.filter(pk=min(pk, LARGEST_ID), site=moderator.site).first()
    if appeal is None:
        raise Http404("No such appeal.")
    return appeal


def _go_on(moderator: Moderator, *, after: int) -> HttpResponse:
    others = queue.answerable(moderator.user, moderator.site).exclude(pk=after)
    appeal = others.filter(pk__gt=after).first() or (None if after else others.first())
    if appeal is None:
        return redirect("review_appeals", moderator.site.slug)
    return redirect("review_appeal", moderator.site.slug, appeal.pk)


def _undoable(moderator: Moderator) -> Decision | None:
    """Return the person's last answer, while nothing has happened to its comment since."""
    last = queue.last_answered(moderator.user, moderator.site)
    standing = last and last.outcome and last.outcome.version == last.comment.version
    return last.outcome if last and standing else None


def _show(
    request: HttpRequest, moderator: Moderator, appeal: Appeal, *, status: int = 0, **more: Any
) -> HttpResponse:
    """Render the page of one appeal.

    more: `problem` (why nothing was changed), `conflict` (what somebody else did meanwhile).
    """
    keys = keys_of(moderator)
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "appeal": appeal,
        "card": build_card(appeal.comment, moderator),
        "clauses": _clauses(appeal.decision),
        "reasons": reason_lines(appeal.decision),
        "may_answer": queue.may_answer(moderator.user, appeal),
        "rejected_by_you": appeal.decision.moderator_id == moderator.user_id,
        "key": str(uuid4()),
        "keys": keys,
        "shown_keys": [(keys[action], text) for action, text in KEY_DESCRIPTIONS.items()],
        "answer": request.POST.get("answer", appeal.answer)[:ANSWER_POINTS],
        "undoable": _undoable(moderator),
        **more,
    }
    return render(request, "review/appeal.html", context, status=status or (422 if more else 200))


def _clauses(decision: Decision) -> list[dict[str, Any]]:
    """Return the clauses of a rejection with text and guidance, as its policy has them."""
    entries = decision.policy.document.get("clauses", ()) if decision.policy else ()
    known = {entry["id"]: entry for entry in entries}
    return [known.get(id, {"title": id}) for id in decision.clauses]
