"""The review room, acting: approve, reject by a clause, skip, undo."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from moderation.models import Comment, Decision, Moderator, Status
from moderation.selectors.queues import LARGEST_ID, QueryTooSlow, QueueFilters
from moderation.services import review as desk
from moderation.services.errors import Conflict, ModerationError, NotFound, StaleDecision
from moderation.web import skips
from moderation.web.access import is_htmx, moderates
from moderation.web.review import (
    claim_next,
    comment_address,
    find_comment,
    read_filters,
    show_comment,
    show_empty,
    to_queue,
)
from moderation.web.review_filters import query_of


class DecisionForm(forms.Form):
    """One press: the version that was on the screen, the press's own key, and what was pressed."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.CharField(max_length=100)
    note = forms.CharField(max_length=1000, required=False)
    action = forms.ChoiceField(
        choices=[("approve", "Approve"), ("skip", "Skip")],
        required=False,
    )
    clause = forms.CharField(max_length=64, required=False)

    def clean(self) -> dict[str, object]:
        """Either an action or the clause that a rejection rests on, never both or neither."""
        if bool(self.cleaned_data.get("action")) == bool(self.cleaned_data.get("clause")):
            raise forms.ValidationError("Choose what to do with the comment.")
        return self.cleaned_data


@require_POST
@moderates
def decide(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
    """Carry out one press and show the next comment."""
    filters = read_filters(request, moderator).filters()
    comment = find_comment(moderator, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, moderator, comment, filters, "Nothing was decided: try again.")
    if form.cleaned_data["action"] == "skip":
        desk.release(moderator.user, pk)
        skips.remember(request, moderator.site, pk)
        return _go_on(request, moderator, filters, pk, "Skipped.")
    try:
        decision = _decide(moderator, pk, form)
    except StaleDecision as error:
        return _too_late(request, moderator, pk, filters, error)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        return _refused(request, moderator, comment, filters, error.message)
    return _go_on(request, moderator, filters, pk, _said(decision))


def _decide(moderator: Moderator, pk: int, form: DecisionForm) -> Decision:
    pressed = form.cleaned_data
    seen = {"expected_version": pressed["version"], "key": pressed["key"], "note": pressed["note"]}
    if pressed["clause"]:
        return desk.reject(moderator.user, pk, clauses=[pressed["clause"]], **seen)
    return desk.approve(moderator.user, pk, **seen)


def _said(decision: Decision) -> str:
    return f"{Status(decision.status).label}."


def _go_on(
    request: HttpRequest, moderator: Moderator, filters: QueueFilters, pk: int, said: str
) -> HttpResponse:
    """Claim and show the next comment; without htmx, go there."""
    try:
        found = claim_next(request, moderator, filters, after=pk)
    except QueryTooSlow:
        messages.success(request, said)
        return to_queue(request, moderator, filters)
    if not is_htmx(request):
        messages.success(request, said)
        if found:
            return redirect(comment_address(moderator, found.pk, filters))
        address = reverse("review_next", kwargs={"site": moderator.site.slug})
        return redirect(f"{address}{query_of(filters)}")
    if found is None:
        return show_empty(request, moderator, filters, said=said)
    comment = find_comment(moderator, found.pk)
    return show_comment(request, moderator, comment, filters, said=said, upcoming=True)


def _too_late(
    request: HttpRequest,
    moderator: Moderator,
    pk: int,
    filters: QueueFilters,
    error: StaleDecision,
) -> HttpResponse:
    """Show the comment as it is now, and who was faster. Nothing was changed."""
    fresh = find_comment(moderator, pk)
    note = request.POST.get("note", "")[:1000]
    return show_comment(
        request, moderator, fresh, filters, conflict=error.message, note=note, status=409
    )


def _refused(
    request: HttpRequest, moderator: Moderator, comment: Comment, filters: QueueFilters, why: str
) -> HttpResponse:
    note = request.POST.get("note", "")[:1000]
    return show_comment(request, moderator, comment, filters, problem=why, note=note, status=422)


@require_POST
@moderates
def undo(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Take back a decision of one's own and show its comment again."""
    filters = read_filters(request, moderator).filters()
    try:
        chosen = _own_decision(moderator, request.POST.get("decision", ""))
        decision = desk.undo(moderator.user, chosen.pk)
    except (NotFound, Decision.DoesNotExist):
        return _nothing_to_undo(request, moderator, filters, "There is nothing to take back.")
    except Conflict as error:
        return _nothing_to_undo(request, moderator, filters, f"Not taken back: {error.message}")
    said = f"Taken back. It is {Status(decision.status).label.lower()} again."
    if not is_htmx(request):
        messages.success(request, said)
        return redirect(comment_address(moderator, decision.comment_id, filters))
    comment = find_comment(moderator, decision.comment_id)
    return show_comment(request, moderator, comment, filters, said=said)


def _own_decision(moderator: Moderator, given: str) -> Decision:
    pk = int(given) if given.isascii() and given.isdigit() else 0
    return Decision.objects.get(
        pk=min(pk, LARGEST_ID), site=moderator.site, moderator=moderator.user
    )


def _nothing_to_undo(
    request: HttpRequest, moderator: Moderator, filters: QueueFilters, said: str
) -> HttpResponse:
    if is_htmx(request):
        response = render(request, "review/_status.html", {"said": said}, status=409)
        response.headers["HX-Retarget"] = "#status"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    messages.warning(request, said)
    address = reverse("review_next", kwargs={"site": moderator.site.slug})
    return redirect(f"{address}{query_of(filters)}")
