"""Moderators and their roles."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.sites import Site


class Role(models.TextChoices):
    """What a moderator may do on a site; each role includes those before it."""

    MODERATOR = "moderator", _("Moderator")
    SENIOR = "senior", _("Senior moderator")
    EDITOR = "editor", _("Editor")
    ADMIN = "admin", _("Administrator")


class Moderator(models.Model):
    """A person's role on one site."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderators"
    )
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="moderators")
    role = models.CharField(max_length=16, choices=Role, default=Role.MODERATOR)
    # The person's shortcuts on the review pages, by action; other actions have their default.
    shortcuts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # False: no single letter, digit or sign does anything (WCAG 2.1.4).
    single_keys = models.BooleanField(default=True, db_default=True)
    # Comments are covered when one of these clauses holds them or one of these signals is high.
    covered_clauses = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    covered_signals = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # Clauses that the person leaves to others: their comments are not offered to this person.
    left_clauses = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # When the person last had a review page open.
    seen_at = models.DateTimeField(null=True, blank=True)
    # When the present session without a longer pause began.
    sitting_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site"], name="moderator_once_per_site"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.site}"
