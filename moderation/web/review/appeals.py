"""Appeals in the review room: what waits, one by one; who rejected a comment does not answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from moderation.accounts.invitations import note_presence
from moderation.appeals import queue
from moderation.appeals.actions import ANSWER_POINTS, grant, uphold
from moderation.models import Appeal, Decision, Moderator, Source
from moderation.platform.errors import ModerationError, NotFound, StaleDecision
from moderation.review.actions import undo as take_decision_back
from moderation.review.queue import LARGEST_ID
from moderation.web.access import moderates
from moderation.web.numbers import read_number
from moderation.web.review.card import build_card
from moderation.web.review.reasons import reason_lines
from moderation.web.review.shortcuts import keys_of

# What the keys of the review room do here.
WORDS = {
    "approve": "Grant: approve the comment",
    "reject": "The decision stands",
    "note": "Write an answer to the author",
    "reasons": "Show or hide who decided, and why",
    "skip": "Leave it to somebody else: the next one",
    "undo": "Take your last answer back",
    "help": "Show the keys",
}


class AnswerForm(forms.Form):
    """One press: the version that was on the screen, its own key, and the answer in words."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.CharField(max_length=100)
    answer = forms.CharField(max_length=ANSWER_POINTS, required=False)
    action = forms.ChoiceField(choices=[("grant", "grant"), ("uphold", "uphold")])


@require_GET
@moderates
def appeals(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the appeals that wait, oldest first; one's own rejections are marked, not hidden."""
    site = moderator.site
    found = (
        queue.waiting_appeals(site)
        .filter(pk__gt=read_number(request.GET.get("after", "")))
        .order_by("pk")
    )
    shown = list(found[: queue.PAGE_SIZE + 1])
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
    """Go to the oldest appeal that this person may answer, after the one just left."""
    return _go_on(moderator, after=read_number(request.GET.get("after", "")))


@require_GET
@moderates
def appeal(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Show one appeal: the comment as it was rejected, the clause, and what its author says."""
    note_presence(moderator)
    return _show(request, moderator, _find(moderator, pk))


@require_POST
@moderates
def answer(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Answer one appeal and go to the next."""
    found = _find(moderator, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, moderator, found, problem="Nothing was decided: try again.")
    pressed = form.cleaned_data
    verb = grant if pressed["action"] == "grant" else uphold
    words = pressed["answer"].replace("\r\n", "\n")
    seen = {"expected_version": pressed["version"], "key": pressed["key"], "answer": words}
    try:
        verb(moderator.user, pk, **seen)
    except StaleDecision as error:
        fresh = _find(moderator, pk)
        return _show(request, moderator, fresh, conflict=error.message, status=409)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        return _show(request, moderator, found, problem=error.message)
    message = "Granted: the comment is approved." if verb is grant else "The decision stands."
    messages.success(request, message)
    return _go_on(moderator, after=pk)


@require_POST
@moderates
def take_back(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Take an answer of one's own back and show the appeal, which waits again."""
    pk = read_number(request.POST.get("decision", ""))
    own = Decision.objects.filter(site=moderator.site, moderator=moderator.user)
    decision = own.filter(pk=pk, source=Source.APPEAL).first()
    if decision is None:
        messages.warning(request, "There is nothing to take back.")
        return redirect("review_appeals", moderator.site.slug)
    try:
        take_decision_back(moderator.user, decision.pk)
    except ModerationError as error:
        messages.warning(request, f"Not taken back: {error.message}")
        return redirect("review_appeals", moderator.site.slug)
    messages.success(request, "Taken back. The appeal waits again.")
    about = Appeal.objects.filter(comment=decision.comment_id, revision=decision.revision)
    return redirect("review_appeal", moderator.site.slug, about.latest("pk").pk)


def _find(moderator: Moderator, pk: int) -> Appeal:
    found = Appeal.objects.select_related("site", *queue.RELATED).filter(
        pk=min(pk, LARGEST_ID), site=moderator.site
    )
    appeal = found.first()
    if appeal is None:
        raise Http404("No such appeal.")
    return appeal


def _go_on(moderator: Moderator, *, after: int) -> HttpResponse:
    found = queue.answerable(moderator.user, moderator.site).exclude(pk=after)
    appeal = found.filter(pk__gt=after).first() or (None if after else found.first())
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

    more: `problem` (why a press changed nothing), `conflict` (what somebody else did meanwhile).
    """
    keys = keys_of(moderator)
    own = appeal.decision.moderator_id == moderator.user_id
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "appeal": appeal,
        "card": build_card(appeal.comment, moderator),
        "clauses": _clauses(appeal.decision),
        "reasons": reason_lines(appeal.decision),
        "may_answer": queue.may_answer(moderator.user, appeal),
        "own": own,
        "key": str(uuid4()),
        "keys": keys,
        "shown_keys": [(keys[action], words) for action, words in WORDS.items()],
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
