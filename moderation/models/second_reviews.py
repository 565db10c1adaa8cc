"""Second reviews: decided comments that a person reviews again, blind, among ordinary ones."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.comments import Comment, Status
from moderation.models.decisions import Decision
from moderation.models.sites import Site


class GoldComment(models.Model):
    """A comment with an answer that an editor fixed in advance."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="gold_comments")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    # An edit makes another text, to which the answer does not apply.
    revision = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Status)
    # The clause of a rejection.
    clause = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment"], name="gold_once", condition=Q(retired_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"gold comment {self.comment_id}"


class SecondReview(models.Model):
    """A moderator's answer on a decided comment. It decides nothing and is never edited."""

    class Kind(models.TextChoices):
        """The reason for the second review."""

        AUDIT = "audit", _("An automatic decision")
        DOUBLE = "double", _("A colleague's decision")
        GOLD = "gold", _("A gold comment")
        # A disagreement was settled: the first decision was right.
        UPHELD = "upheld", _("A disagreement")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="second_reviews")
    kind = models.CharField(max_length=16, choices=Kind)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="second_reviews")
    revision = models.PositiveIntegerField()
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # The first decision; for a gold comment, None.
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, null=True, related_name="+")
    gold = models.ForeignKey(
        GoldComment, on_delete=models.CASCADE, null=True, related_name="reviews"
    )
    # Approved or rejected; in review: somebody else should decide (an escalation).
    status = models.CharField(max_length=16, choices=Status)
    clause = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    weight = models.FloatField(db_default=1)
    # The moderator's own key: the same key press sent twice is one review.
    key = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind"],
                name="second_review_once",
                condition=Q(decision__isnull=False, taken_back_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-id"], name="second_review_newest"),
            models.Index(fields=["moderator", "-id"], name="second_review_by_moderator"),
        ]

    def __str__(self) -> str:
        return f"second review of comment {self.comment_id}"


class ReviewAssignment(models.Model):
    """A comment assigned to a moderator for a second review; open until the answer.

    Every form on its card carries `key`, so that no answer can be taken for a decision.
    """

    kind = models.CharField(max_length=16, choices=SecondReview.Kind)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    # The assigned version; a later decision or edit voids the assignment.
    version = models.PositiveIntegerField()
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, null=True, related_name="+")
    gold = models.ForeignKey(GoldComment, on_delete=models.CASCADE, null=True, related_name="+")
    # The number of decisions it represents: the inverse of its sampling probability.
    weight = models.FloatField(db_default=1)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["moderator", "comment"], name="assignment_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["decision"],
                name="assignment_one_at_a_time",
                condition=Q(closed_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["moderator"], name="assignment_open", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"assignment of comment {self.comment_id}"
