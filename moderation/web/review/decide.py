"""The review room, acting: approve, reject by a clause, skip, defer, escalate, remark, undo.

Every press comes as a form, and goes on to a page; from the page's own script it comes in the
background, while the next comment is on the screen already, and gets JSON.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from moderation.models import Decision, Escalation, Moderator, Status
from moderation.platform.errors import ModerationError, NotFound, StaleDecision
from moderation.review import actions, claims, deferrals, escalations
from moderation.review.comment_history import last_undoable
from moderation.review.queue import LARGEST_ID
from moderation.review.queue_filters import QueryTooSlow, QueueFilters
from moderation.web.access import by_script, moderates
from moderation.web.review import skipped
from moderation.web.review.comment import card_html, comment_address, find_comment, show_comment
from moderation.web.review.filters import query_of
from moderation.web.review.queue import claim_next, read_filters, to_queue
from moderation.web.review.second_reviews import DEFERRALS, Undone, read_again, take_back_review

# After these the comment is looked at again.
STAYING = ("wrong", "right", "bring-back")
REMARKS = ("skip", *STAYING)
SOMEBODY_ELSE = "Somebody else signed in meanwhile: nothing was changed."


class DecisionForm(forms.Form):
    """One press: the version that was on the screen, the press's own key, and what was pressed."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.CharField(max_length=100)
    note = forms.CharField(max_length=1000, required=False)
    action = forms.ChoiceField(
        choices=[(each, each) for each in ("approve", *REMARKS, *DEFERRALS, *Escalation.Kind)],
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
    """Carry out one press and show the next comment; a script hears what became of the press."""
    filters = read_filters(request, moderator).filters()
    find_comment(moderator, pk)
    if _by_somebody_else(request, moderator):
        return _refused(request, moderator, pk, filters, SOMEBODY_ELSE)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, moderator, pk, filters, "Nothing was decided: try again.")
    try:
        message = (
            read_again(request, moderator, pk, form)
            or _remark(request, moderator, pk, form)
            or _decide(moderator, pk, form)
        )
    except StaleDecision as error:
        return _too_late(request, moderator, pk, filters, error)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        return _refused(request, moderator, pk, filters, error.message, error.status)
    return _go_on(request, moderator, filters, pk, message)


def _remark(request: HttpRequest, moderator: Moderator, pk: int, form: DecisionForm) -> str:
    """Do what decides nothing; return what was done in words, or "" for a decision."""
    pressed = form.cleaned_data
    action = pressed["action"]
    if action == "skip":
        claims.release(moderator.user, pk)
        skipped.remember(request, moderator.site, pk)
        return "Skipped."
    if action in ("wrong", "right"):
        escalations.mark_wrong(moderator.user, pk, wrong=action == "wrong")
        return "Noted: the classifier was wrong." if action == "wrong" else "Taken back."
    if action in DEFERRALS:
        until = deferrals.until_in(DEFERRALS[action])
        deferrals.defer(moderator.user, actions.SeenComment(pk, pressed["version"]), until)
        return "Deferred."
    if action == "bring-back":
        deferrals.bring_back(moderator.user, pk)
        return "Brought back."
    if action in Escalation.Kind:
        seen = {"expected_version": pressed["version"], "note": pressed["note"]}
        escalations.escalate(moderator.user, pk, action, **seen)
        return "Escalated."
    return ""


def _by_somebody_else(request: HttpRequest, moderator: Moderator) -> bool:
    """Tell whether another person signed in between the press and its sending."""
    return request.POST.get("by", str(moderator.user_id)) != str(moderator.user_id)


def _decide(moderator: Moderator, pk: int, form: DecisionForm) -> str:
    pressed = form.cleaned_data
    seen = {"expected_version": pressed["version"], "key": pressed["key"], "note": pressed["note"]}
    if pressed["clause"]:
        decision = actions.reject(moderator.user, pk, clauses=[pressed["clause"]], **seen)
    else:
        decision = actions.approve(moderator.user, pk, **seen)
    return f"{Status(decision.status).label}."


def _go_on(
    request: HttpRequest, moderator: Moderator, filters: QueueFilters, pk: int, message: str
) -> HttpResponse:
    """Go to the next comment; a script is there already."""
    if by_script(request):
        return JsonResponse({"message": message})
    messages.success(request, message)
    if request.POST.get("action") in STAYING:
        return redirect(comment_address(moderator, pk, filters))
    try:
        found = claim_next(request, moderator, filters, after=pk)
    except QueryTooSlow:
        return to_queue(moderator, filters)
    if found:
        return redirect(comment_address(moderator, found.pk, filters))
    address = reverse("review_next", kwargs={"site": moderator.site.slug})
    return redirect(f"{address}{query_of(filters)}")


def _too_late(
    request: HttpRequest,
    moderator: Moderator,
    pk: int,
    filters: QueueFilters,
    error: StaleDecision,
) -> HttpResponse:
    """Tell who was faster; nothing was changed. The comment is shown as it is now.

    A script hears `version`, on which a press that overturns the decision may rest; after an edit
    there is none, since the text has to be read anew.
    """
    fresh = find_comment(moderator, pk)
    if not by_script(request):
        note = request.POST.get("note", "")[:1000]
        more = {"conflict": error.message, "note": note, "status": 409}
        return show_comment(request, moderator, fresh, filters, **more)
    answer: dict[str, object] = {"message": error.message}
    if error.current and error.current.version == fresh.version:
        answer |= {"version": fresh.version, "status": fresh.status}
    else:
        answer["html"] = card_html(request, moderator, fresh, filters, conflict=error.message)
    return JsonResponse(answer, status=409)


def _refused(
    request: HttpRequest,
    moderator: Moderator,
    pk: int,
    filters: QueueFilters,
    why: str,
    status: int = 422,
) -> HttpResponse:
    """Show the comment again and say why; a busy database is asked again by a script."""
    comment = find_comment(moderator, pk)
    note = request.POST.get("note", "")[:1000]
    if not by_script(request):
        more = {"problem": why, "note": note, "status": 422}
        return show_comment(request, moderator, comment, filters, **more)
    answer = {"message": why}
    if status < 500:
        answer["html"] = card_html(request, moderator, comment, filters, problem=why, note=note)
    return JsonResponse(answer, status=503 if status >= 500 else 422)


@require_POST
@moderates
def undo(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Take back a decision of one's own and show its comment again.

    The decision is named by its id, or by the key of the press that made it.
    """
    filters = read_filters(request, moderator).filters()
    if _by_somebody_else(request, moderator):
        return _nothing_to_undo(request, moderator, filters, SOMEBODY_ELSE)
    try:
        undone = _take_back(request, moderator)
    except (NotFound, Decision.DoesNotExist):
        return _nothing_to_undo(request, moderator, filters, "There is nothing to take back.")
    except ModerationError as error:
        message = f"Not taken back: {error.message}"
        return _nothing_to_undo(request, moderator, filters, message, error.status)
    message = f"Taken back. It is {undone.status.label.lower()} again."
    if not by_script(request):
        messages.success(request, message)
        return redirect(comment_address(moderator, undone.comment_pk, filters))
    answer = {
        "message": message,
        "pk": undone.comment_pk,
        "version": undone.version,
        "undoable": last_undoable(moderator.user, moderator.site),
    }
    if "show" in request.POST:
        comment = find_comment(moderator, undone.comment_pk)
        answer["html"] = card_html(request, moderator, comment, filters)
    return JsonResponse(answer)


def _take_back(request: HttpRequest, moderator: Moderator) -> Undone:
    given = request.POST.get("key") or request.POST.get("decision", "")
    handle = given[:100].replace("\x00", "")
    if undone := take_back_review(moderator, handle):
        return undone
    own = Decision.objects.filter(site=moderator.site, moderator=moderator.user)
    if "key" in request.POST or not (handle.isascii() and handle.isdigit()):
        chosen = own.exclude(key=None).get(key=handle)
    else:
        chosen = own.get(pk=min(int(handle), LARGEST_ID))
    decision = actions.undo(moderator.user, chosen.pk)
    return Undone(decision.comment_id, decision.version, Status(decision.status))


def _nothing_to_undo(
    request: HttpRequest,
    moderator: Moderator,
    filters: QueueFilters,
    message: str,
    status: int = 409,
) -> HttpResponse:
    if by_script(request):
        return JsonResponse({"message": message}, status=status)
    messages.warning(request, message)
    address = reverse("review_next", kwargs={"site": moderator.site.slug})
    return redirect(f"{address}{query_of(filters)}")
