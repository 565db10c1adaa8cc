"""Webhooks: where decisions are told, and each telling."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.decisions import Decision
from moderation.models.sites import Site


class WebhookEndpoint(models.Model):
    """An address of the publisher that hears of decisions, signed as Standard Webhooks says."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=2048)
    # Encrypted with a key derived from SECRET_KEY; several while a secret is being rotated.
    secrets = ArrayField(models.CharField(max_length=400))
    # Empty: every event.
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    # A receiver that fails, or asks for patience, is left alone until then.
    paused_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One decision on its way to one endpoint."""

    class State(models.TextChoices):
        """A delivery ends sent, dead (visible, can be sent again) or withheld (undone in time)."""

        DUE = "due", "Due"
        SENT = "sent", "Sent"
        DEAD = "dead", "Given up"
        WITHHELD = "withheld", "Taken back in time"

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    state = models.CharField(max_length=16, choices=State, db_default=State.DUE)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "decision", "event"], name="delivery_once_per_decision"
            ),
        ]
        indexes = [
            # What is due, endpoint by endpoint, so that a dead one keeps nobody else waiting.
            models.Index(
                fields=["endpoint", "due_at", "id"], name="delivery_due", condition=Q(state="due")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"
