"""Webhook endpoints, the deliveries of decisions to them, and what every delivery has."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.decisions import Decision
from moderation.models.sites import Site


class Outgoing(models.Model):
    """A row that a background thread sends to another system (see `webhooks.delivery_queue`)."""

    class State(models.TextChoices):
        """A row ends sent, dead (visible, can be sent again) or withheld (undone in time)."""

        DUE = "due", "Due"
        SENT = "sent", "Sent"
        DEAD = "dead", "Given up"
        WITHHELD = "withheld", "Undone in time"

    state = models.CharField(max_length=16, choices=State, db_default=State.DUE)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    due_at = models.DateTimeField(db_default=Now())
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        abstract = True


class WebhookEndpoint(models.Model):
    """An address of the publisher that receives decisions, signed as Standard Webhooks says."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField(max_length=2048)
    # Encrypted with a key derived from SECRET_KEY; several while a secret is being rotated.
    secrets = ArrayField(models.CharField(max_length=400))
    # Empty: every event.
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    # Until then a receiver that fails, or asks for patience, gets no delivery.
    paused_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.url


class Delivery(Outgoing):
    """One decision on its way to one endpoint."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
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
            # Due deliveries by endpoint, so that a dead endpoint delays no other.
            models.Index(
                fields=["endpoint", "due_at", "id"], name="delivery_due", condition=Q(state="due")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"
