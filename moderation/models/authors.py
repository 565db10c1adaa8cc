"""Who wrote a comment, how the site stands to them, and what moderators wrote down of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.policies import PolicyVersion
from moderation.models.sites import Site


class Standing(models.TextChoices):
    """What the site makes of an author; only `community.standing` changes it."""

    NORMAL = "normal", "Normal"
    TRUSTED = "trusted", "Trusted"
    PREMODERATED = "premoderated", "Read first"
    MUTED = "muted", "Muted"
    SUSPENDED = "suspended", "Suspended"


class Author(models.Model):
    """An author on one site, known by the publisher's own id."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="authors")
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100, blank=True)
    # What the latest `StandingChange` says; past `standing_until` the author is normal again.
    standing = models.CharField(max_length=16, choices=Standing, db_default=Standing.NORMAL)
    standing_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "external_id"], name="author_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class StandingChange(models.Model):
    """A moderator's decision on an author: who, when, why, until when. Never edited."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="standing_changes")
    standing = models.CharField(max_length=16, choices=Standing)
    until = models.DateTimeField(null=True, blank=True)
    # The clause it rests on, an id of the policy; either may be missing.
    clause = models.CharField(max_length=64, blank=True)
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    # In words. A suspended author reads it.
    reason = models.CharField(max_length=160, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The change that this one takes back.
    reverses = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(standing="suspended") | Q(until__isnull=False),
                name="suspension_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing} for author {self.author_id}"


class AuthorNote(models.Model):
    """What a moderator wrote down of an author, for colleagues only."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="notes")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"note on author {self.author_id}"
