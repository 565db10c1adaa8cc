"""Escalations: a moderator asks that somebody else decides on a comment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.comments import Comment


class Escalation(models.Model):
    """A moderator asks that somebody else decides; open while the comment keeps its version."""

    class Kind(models.TextChoices):
        """The person who should decide."""

        SECOND_OPINION = "second_opinion", _("A second opinion")
        SENIOR = "senior", _("A senior moderator")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="escalations")
    # The version that the moderator saw; a decision or an edit closes the escalation.
    version = models.PositiveIntegerField()
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "version", "moderator"], name="escalation_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"escalation of comment {self.comment_id}"
