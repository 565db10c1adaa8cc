"""People who decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from moderation.models.sites import Site


class Role(models.TextChoices):
    """What a moderator may do on a site; each role includes those before it."""

    MODERATOR = "moderator", "Moderator"
    SENIOR = "senior", "Senior moderator"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Administrator"


class Moderator(models.Model):
    """A person's role on one site."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderators"
    )
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="moderators")
    role = models.CharField(max_length=16, choices=Role, default=Role.MODERATOR)
    # The person's own keys in the review room, by action; what is missing has its first key.
    shortcuts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # Off: no single letter, digit or sign does anything (WCAG 2.1.4).
    single_keys = models.BooleanField(default=True, db_default=True)
    # What comes covered: clauses that hold a comment, and signals that reach their threshold.
    covered_clauses = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    covered_signals = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # Clauses that the person leaves to others: what they hold is not given in the round.
    left_clauses = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # When the person last had the review room open.
    seen_at = models.DateTimeField(null=True, blank=True)
    # Since when it has been open without a longer pause.
    sitting_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site"], name="moderator_once_per_site"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.site}"
