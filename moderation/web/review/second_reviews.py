"""Key presses on comments that the moderator reviews a second time: they decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from moderation.models import Escalation, Moderator, ReviewAssignment, SecondReview, Status
from moderation.quality import second_reviews
from moderation.review.actions import ModeratorDecision
from moderation.review.deferrals import HOURS
from moderation.web.review.review_round import ReviewRound

# The values of the buttons that defer a comment, with their hours.
DEFERRALS = {f"defer-{hours}": hours for hours in HOURS}


@dataclass(frozen=True, slots=True)
class Undone:
    """A comment after an undo, as the person who undid the decision sees it."""

    comment_pk: int
    version: int
    status: Status


def answer_again(round: ReviewRound, assignment: ReviewAssignment, values: dict[str, Any]) -> str:
    """Keep a key press on an assigned comment; return the message of any other key press.

    Raises what `second_reviews.answer` raises.
    """
    action, clause = values["action"], values["clause"]
    if action == "skip" or action in DEFERRALS:
        second_reviews.skip(assignment)
        round.skip(assignment.comment_id)
        return _("Skipped.") if action == "skip" else _("Deferred.")
    status = Status.REJECTED if clause else Status.APPROVED
    if action in Escalation.Kind:
        status = Status.IN_REVIEW
    ruling = ModeratorDecision(
        status=status, clauses=[clause] if clause else [], note=values["note"]
    )
    seen = {"expected_version": values["version"], "key": values["key"]}
    review = second_reviews.answer(assignment, ruling=ruling, **seen)
    messages = {
        Status.APPROVED: _("Approved."),
        Status.REJECTED: _("Rejected."),
        Status.IN_REVIEW: _("Escalated."),
    }
    return messages[Status(review.status)]


def take_back_review(moderator: Moderator, key: str) -> Undone | None:
    """Take back the review that a key press with this key made; None when there is none.

    Raises what `second_reviews.take_back` raises.
    """
    reviews = SecondReview.objects.filter(site=moderator.site, moderator=moderator.user, key=key)
    review = reviews.select_related("comment").first()
    if review is None:
        return None
    taken = second_reviews.take_back(moderator.user, review)
    return Undone(taken.comment_id, review.comment.version, Status.IN_REVIEW)
