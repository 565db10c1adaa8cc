"""Presses in the review room on comments that are read a second time: they decide nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import Form
from django.http import HttpRequest

from moderation.models import Escalation, Moderator, SecondReview, Status
from moderation.quality import second_reviews
from moderation.quality.sampling import assignment_of_card
from moderation.review.actions import ModeratorDecision
from moderation.review.deferrals import HOURS
from moderation.web.review import skipped

# What the buttons that put a comment off say, and for how many hours they do.
DEFERRALS = {f"defer-{hours}": hours for hours in HOURS}


@dataclass(frozen=True, slots=True)
class Undone:
    """A comment after an undo: as it stands now for the person who took something back."""

    comment_pk: int
    version: int
    status: Status


def read_again(request: HttpRequest, moderator: Moderator, pk: int, form: Form) -> str:
    """Keep a press on a card that was drawn, and say the same as for any other; "" when it was not.

    Raises what `second_reviews.answer` raises.
    """
    pressed = form.cleaned_data
    action, clause = pressed["action"], pressed["clause"]
    draw = assignment_of_card(moderator.user, pk, pressed["key"])
    if draw is None or action in ("wrong", "right"):
        return ""
    if action == "skip" or action in DEFERRALS:
        second_reviews.skip(draw)
        skipped.remember(request, moderator.site, pk)
        return "Skipped." if action == "skip" else "Deferred."
    status = Status.REJECTED if clause else Status.APPROVED
    if action in Escalation.Kind:
        status = Status.IN_REVIEW
    ruling = ModeratorDecision(
        status=status, clauses=[clause] if clause else [], note=pressed["note"]
    )
    seen = {"expected_version": pressed["version"], "key": pressed["key"]}
    review = second_reviews.answer(draw, ruling=ruling, **seen)
    said = Status(review.status)
    return "Escalated." if said == Status.IN_REVIEW else f"{said.label}."


def take_back_review(moderator: Moderator, key: str) -> Undone | None:
    """Take back the review that a press with this key made; None when there is none.

    Raises what `second_reviews.take_back` raises.
    """
    own = SecondReview.objects.filter(site=moderator.site, moderator=moderator.user, key=key)
    review = own.select_related("comment").first()
    if review is None:
        return None
    taken = second_reviews.take_back(moderator.user, review)
    return Undone(taken.comment_id, review.comment.version, Status.IN_REVIEW)
