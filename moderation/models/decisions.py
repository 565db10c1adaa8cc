"""Decisions: history, audit trail, training label and outbox in one append-only row."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.comments import Comment, Status
from moderation.models.policies import PolicyVersion
from moderation.models.scores import Score
from moderation.models.sites import Site


class Source(models.TextChoices):
    """Who or what decided."""

    POLICY = "policy", "The policy"
    MODERATOR = "moderator", "A moderator"
    FALLBACK = "fallback", "Could not be scored"
    APPEAL = "appeal", "An appeal"
    IMPORT = "import", "Imported"


# A person read the comment and decided.
BY_A_PERSON = (Source.MODERATOR, Source.APPEAL)


class TransactionId(models.Func):
    """The id of the writing transaction, by which the decisions feed knows what is settled."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Decision(models.Model):
    """A recorded act that changed a comment's status. Never edited, never deleted on its own."""

    # Foreign keys have their indexes below, or none: each would cost every insert.
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    revision = models.PositiveIntegerField()
    # The comment's version after this decision.
    version = models.PositiveIntegerField()
    status_before = models.CharField(max_length=16, choices=Status)
    status = models.CharField(max_length=16, choices=Status)
    source = models.CharField(max_length=16, choices=Source)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    score = models.ForeignKey(Score, on_delete=models.SET_NULL, null=True, blank=True)
    # Ids of the clauses it rests on, most severe first.
    clauses = ArrayField(models.CharField(max_length=64), default=list)
    # What the policy saw: rule, clause, fact, value, threshold of each (moderation.policy.Reason).
    reasons = models.JSONField(default=list)
    note = models.CharField(max_length=1000, blank=True)
    # The presser's own key: the same press sent twice is one decision.
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    reverses = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    # True when it was taken back within the publishing hold: the outside never hears of it.
    withheld = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    # From then on the outside may know (created_at plus the publishing hold).
    effective_at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(db_default=TransactionId())

    class Meta:
        indexes = [
            models.Index(fields=["comment", "id"], name="decision_history"),
            # The decisions feed, in the order in which transactions settled.
            models.Index(fields=["site", "transaction", "id"], name="decision_feed"),
            models.Index(
                fields=["moderator", "-id"],
                name="decision_by_moderator",
                condition=Q(moderator__isnull=False),
            ),
            models.Index(
                fields=["reverses"],
                name="decision_reversal",
                condition=Q(reverses__isnull=False),
            ),
            # The labels of a site, newest first, however many decisions the policy made.
            models.Index(
                fields=["site", "-id"],
                name="decision_labels",
                condition=Q(source__in=["moderator", "appeal", "import"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} comment {self.comment_id}"

    @property
    def takes_back(self) -> bool:
        """Tell whether it is an undo; a granted appeal reverses a decision too, and is none."""
        return self.reverses_id is not None and self.source != Source.APPEAL
