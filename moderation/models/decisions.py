"""Decisions: history, audit trail, training label and outbox in one append-only row."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.comments import Comment, Status
from moderation.models.policies import PolicyVersion
from moderation.models.scores import Score
from moderation.models.sites import Site


class Source(models.TextChoices):
    """The origin of a decision."""

    POLICY = "policy", _("The policy")
    MODERATOR = "moderator", _("A moderator")
    FALLBACK = "fallback", _("Could not be scored")
    APPEAL = "appeal", _("An appeal")
    IMPORT = "import", _("Imported")


# A person reviewed the comment and decided.
BY_A_PERSON = (Source.MODERATOR, Source.APPEAL)


class TransactionId(models.Func):
    """The id of the writing transaction: the decisions feed shows committed transactions only."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Decision(models.Model):
    """A change of a comment's status. Never edited, and deleted only with its comment."""

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
    # The policy's reasons: rule, clause, fact, value, threshold (moderation.policy.Reason).
    reasons = models.JSONField(default=list)
    note = models.CharField(max_length=1000, blank=True)
    # The moderator's own key: the same key press sent twice is one decision.
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    reverses = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    # True when it was taken back within the publishing hold: publishers never hear of it.
    withheld = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    # From then on it is public (created_at plus the publishing hold).
    effective_at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(db_default=TransactionId())

    class Meta:
        indexes = [
            models.Index(fields=["comment", "id"], name="decision_history"),
            # The decisions feed, in the order of transactions.
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
        """Tell whether it is an undo. A granted appeal reverses a decision too, but is no undo."""
        return self.reverses_id is not None and self.source != Source.APPEAL
