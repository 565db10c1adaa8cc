"""What moderators say about a comment without deciding it, and decisions on many at once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from moderation.models.comments import Comment, Status
from moderation.models.scores import Score
from moderation.models.sites import Site


class Escalation(models.Model):
    """A moderator's wish that somebody else decides; open while the comment keeps its version."""

    class Kind(models.TextChoices):
        """Who is to decide."""

        SECOND_OPINION = "second_opinion", "A second opinion"
        SENIOR = "senior", "A senior moderator"

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


class WrongScore(models.Model):
    """A moderator's remark that the classifier was wrong about a comment."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="wrong")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["score", "moderator"], name="wrong_score_once"),
        ]

    def __str__(self) -> str:
        return f"remark on score {self.score_id}"


class BulkDecision(models.Model):
    """One decision on many comments: after a random sample of them was read without scores, or on
    a few that were chosen by hand and read one by one. In review: they are put off, not decided.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="bulk_decisions")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    status = models.CharField(max_length=16, choices=Status)
    # The clause of a rejection.
    clause = models.CharField(max_length=64, blank=True)
    # What was chosen, as the query of the list's address.
    query = models.CharField(max_length=1000, blank=True)
    # The presser's own key: the same selection sent twice is one decision.
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    # Chosen by hand; then the sample is what the list did not show in full.
    selected = models.BooleanField(default=False, db_default=False)
    # How long they are put off, and until when they were.
    hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    deferred_until = models.DateTimeField(null=True, blank=True)
    # The comments, the version that each had, and those among them that were drawn.
    comments = ArrayField(models.BigIntegerField())
    versions = ArrayField(models.IntegerField())
    sample = ArrayField(models.BigIntegerField())
    # Those of the sample that the reader would decide otherwise.
    otherwise = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"bulk decision {self.pk}"
