"""What other systems' clients send: suggested labels, secrets to check them, callback URLs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.comments import Comment
from moderation.models.deliveries import Outgoing
from moderation.models.sites import ApiKey, Site


class Suggestion(models.Model):
    """A label that a client sends for a text: approve or reject, in quarantine.

    It counts in training by `ApiKey.label_weight` of its key, which is 0 until somebody trusts it.
    """

    class Integration(models.TextChoices):
        """The system whose client sent it."""

        PERSPECTIVE = "perspective", "Perspective API"
        CORAL = "coral", "Coral"
        AKISMET = "akismet", "Akismet"

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="suggestions", db_index=False
    )
    key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, related_name="suggestions", db_index=False
    )
    integration = models.CharField(max_length=16, choices=Integration)
    text = models.TextField()
    # SHA-256 of the text in UTF-8, hexadecimal: a key's later label replaces its former one.
    digest = models.CharField(max_length=64)
    rejected = models.BooleanField()
    # The client's id of the comment, if it sent one.
    reference = models.CharField(max_length=255, blank=True)
    suggested_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "digest"], name="suggestion_once_per_key"),
        ]
        indexes = [
            models.Index(fields=["site", "-id"], name="suggestion_newest"),
            # The number of suggestions of a key today.
            models.Index(fields=["key", "suggested_at"], name="suggestion_by_key"),
            # The same text on a site: erasing a comment erases its suggestions.
            models.Index(fields=["site", "digest"], name="suggestion_of_text"),
        ]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"


class IntegrationSecret(models.Model):
    """A secret with which another system signs what it sends to a site."""

    class Purpose(models.TextChoices):
        """What is signed with it."""

        CORAL_PHASE = "coral_phase", "Coral's external moderation phase"
        CORAL_WEBHOOK = "coral_webhook", "Coral's webhooks"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="integration_secrets")
    purpose = models.CharField(max_length=16, choices=Purpose)
    # Encrypted with a key derived from SECRET_KEY.
    secret = models.CharField(max_length=400)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.purpose} of {self.site_id}"


class Callback(Outgoing):
    """A call that tells an Akismet client the decision on a queued comment, once there is one."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="callback")
    url = models.CharField(max_length=2048)
    guid = models.UUIDField(unique=True)
    # The client's key, which proves who calls back; encrypted with a key derived from SECRET_KEY.
    key = models.CharField(max_length=400)
    # Fields of the client that it wants back.
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="callback_due", condition=Q(state="due")),
        ]

    def __str__(self) -> str:
        return f"callback {self.guid}"
