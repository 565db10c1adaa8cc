"""Decisions on the review pages: approve, reject by a clause, skip, defer, escalate, undo.

Every key press comes as a form and leads to a page. The page's own script sends it in the
background, while the next comment is already on the screen, and gets JSON.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from moderation.models import Comment, Decision, Escalation, Status
from moderation.platform.errors import ModerationError, NotFound, StaleDecision
from moderation.quality.sampling import assignment_of_card
from moderation.review import actions, claims, deferrals, escalations
from moderation.review.comment_history import last_undoable
from moderation.review.queue import LARGEST_ID
from moderation.review.queue_filters import QueryTooSlow
from moderation.web.review.comment import card_html, show_comment
from moderation.web.review.queue import claim_next
from moderation.web.review.review_round import ReviewRound, in_round, on_comment
from moderation.web.review.second_reviews import (
    DEFERRALS,
    Undone,
    answer_again,
    take_back_review,
)

# Feedback on the score: it decides nothing and is never a second review.
FEEDBACK = ("wrong", "right")
# After these the page shows the comment again.
STAYING = (*FEEDBACK, "bring-back")
SOMEBODY_ELSE = gettext_lazy("Another person has signed in here. Nothing was changed.")
NOTHING_DECIDED = gettext_lazy("Nothing was decided. Try again.")
NOTHING_TO_UNDO = gettext_lazy("There is nothing to undo.")
UNDONE = {
    Status.IN_REVIEW: gettext_lazy("Undone. The comment is in review again."),
    Status.APPROVED: gettext_lazy("Undone. The comment is approved again."),
    Status.REJECTED: gettext_lazy("Undone. The comment is rejected again."),
}


class DecisionForm(forms.Form):
    """One key press: the version on the screen, the key press's own key, and the decision."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.CharField(max_length=100)
    note = forms.CharField(max_length=1000, required=False)
    action = forms.ChoiceField(
        choices=[
            (name, name)
            for name in ("approve", "skip", *STAYING, *DEFERRALS, *Escalation.Kind.values)
        ],
        required=False,
    )
    clause = forms.CharField(max_length=64, required=False)

    def clean(self) -> dict[str, object]:
        """Either an action or the clause of a rejection, never both or neither."""
        if bool(self.cleaned_data.get("action")) == bool(self.cleaned_data.get("clause")):
            raise forms.ValidationError(_("Choose what to do with the comment."))
        return self.cleaned_data


@require_POST
@on_comment
def decide(round: ReviewRound, comment: Comment) -> HttpResponse:
    """Carry out one key press and show the next comment; a script gets the result as JSON."""
    if _by_somebody_else(round):
        return _refused(round, comment.pk, str(SOMEBODY_ELSE))
    form = DecisionForm(round.request.POST)
    if not form.is_valid():
        return _refused(round, comment.pk, str(NOTHING_DECIDED))
    values = form.cleaned_data
    assignment = assignment_of_card(round.user, comment.pk, values["key"])
    try:
        if assignment and values["action"] not in FEEDBACK:
            message = answer_again(round, assignment, values)
        elif values["action"] in ("", "approve"):
            message = _decide(round, comment.pk, values)
        else:
            message = _set_aside(round, comment.pk, values)
    except StaleDecision as error:
        return _too_late(round, comment.pk, error)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        return _refused(round, comment.pk, error.message, error.status)
    return _go_on(round, comment.pk, message)


def _decide(round: ReviewRound, pk: int, values: dict[str, Any]) -> str:
    """Approve the comment, or reject it by a clause; return the message."""
    seen = {"expected_version": values["version"], "key": values["key"], "note": values["note"]}
    if values["clause"]:
        actions.reject(round.user, pk, clauses=[values["clause"]], **seen)
        return _("Rejected.")
    actions.approve(round.user, pk, **seen)
    return _("Approved.")


def _set_aside(round: ReviewRound, pk: int, values: dict[str, Any]) -> str:
    """Carry out an action that decides nothing; return the message."""
    action = values["action"]
    if action == "skip":
        claims.release(round.user, pk)
        round.skip(pk)
        return _("Skipped.")
    if action in FEEDBACK:
        escalations.mark_wrong(round.user, pk, wrong=action == "wrong")
        return _("Noted: the classifier was wrong.") if action == "wrong" else _("Note removed.")
    if action in DEFERRALS:
        until = deferrals.until_in(DEFERRALS[action])
        deferrals.defer(round.user, actions.SeenComment(pk, values["version"]), until)
        return _("Deferred.")
    if action == "bring-back":
        deferrals.bring_back(round.user, pk)
        return _("Returned to the queue.")
    seen = {"expected_version": values["version"], "note": values["note"]}
    escalations.escalate(round.user, pk, action, **seen)
    return _("Escalated.")


def _by_somebody_else(round: ReviewRound) -> bool:
    """Tell whether another person signed in between the key press and its sending."""
    user = str(round.moderator.user_id)
    return round.request.POST.get("by", user) != user


def _go_on(round: ReviewRound, pk: int, message: str) -> HttpResponse:
    """Go to the next comment; a script shows it already."""
    if round.by_script:
        return JsonResponse({"message": message})
    messages.success(round.request, message)
    if round.request.POST.get("action") in STAYING:
        return redirect(round.comment_address(pk))
    try:
        comment = claim_next(round, after=pk)
    except QueryTooSlow:
        return redirect(round.queue_address)
    return redirect(round.comment_address(comment.pk) if comment else round.next_address)


def _too_late(round: ReviewRound, pk: int, error: StaleDecision) -> HttpResponse:
    """Tell who decided first, and show the comment as it is now; nothing was changed.

    A script gets `version`, on which a key press that overrules the decision may rest. After an
    edit it gets none: the moderator has to read the new text.
    """
    fresh = round.find_comment(pk)
    if not round.by_script:
        more = {"conflict": error.message, "note": _note(round), "status": 409}
        return show_comment(round, fresh, **more)
    answer: dict[str, object] = {"message": error.message}
    if error.current and error.current.version == fresh.version:
        answer |= {"version": fresh.version, "status": fresh.status}
    else:
        answer["html"] = card_html(round, fresh, conflict=error.message)
    return JsonResponse(answer, status=409)


def _refused(round: ReviewRound, pk: int, reason: str, status: int = 422) -> HttpResponse:
    """Show the comment again with the reason; a script asks a busy database again."""
    comment = round.find_comment(pk)
    if not round.by_script:
        more = {"problem": reason, "note": _note(round), "status": 422}
        return show_comment(round, comment, **more)
    answer = {"message": reason}
    if status < 500:
        answer["html"] = card_html(round, comment, problem=reason, note=_note(round))
    return JsonResponse(answer, status=503 if status >= 500 else 422)


def _note(round: ReviewRound) -> str:
    return round.request.POST.get("note", "")[:1000]


@require_POST
@in_round
def undo(round: ReviewRound) -> HttpResponse:
    """Undo a decision of the moderator and show its comment again.

    The form names the decision by its id, or by the key of the key press that made it.
    """
    if _by_somebody_else(round):
        return _not_undone(round, str(SOMEBODY_ELSE))
    try:
        undone = _take_back(round)
    except (NotFound, Decision.DoesNotExist):
        return _not_undone(round, str(NOTHING_TO_UNDO))
    except ModerationError as error:
        message = _("Not undone: %(reason)s") % {"reason": error.message}
        return _not_undone(round, message, error.status)
    message = str(UNDONE[undone.status])
    if not round.by_script:
        messages.success(round.request, message)
        return redirect(round.comment_address(undone.comment_pk))
    answer = {
        "message": message,
        "pk": undone.comment_pk,
        "version": undone.version,
        "undoable": last_undoable(round.user, round.site),
    }
    if "show" in round.request.POST:
        answer["html"] = card_html(round, round.find_comment(undone.comment_pk))
    return JsonResponse(answer)


def _take_back(round: ReviewRound) -> Undone:
    posted = round.request.POST
    name = (posted.get("key") or posted.get("decision", ""))[:100].replace("\x00", "")
    if undone := take_back_review(round.moderator, name):
        return undone
    decisions = Decision.objects.filter(site=round.site, moderator=round.user)
    if "key" in posted or not (name.isascii() and name.isdigit()):
        chosen = decisions.exclude(key=None).get(key=name)
    else:
        chosen = decisions.get(pk=min(int(name), LARGEST_ID))
    decision = actions.undo(round.user, chosen.pk)
    return Undone(decision.comment_id, decision.version, Status(decision.status))


def _not_undone(round: ReviewRound, message: str, status: int = 409) -> HttpResponse:
    if round.by_script:
        return JsonResponse({"message": message}, status=status)
    messages.warning(round.request, message)
    return redirect(round.next_address)
