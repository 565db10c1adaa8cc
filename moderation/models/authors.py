"""Authors of comments, their standing on a site, and moderators' notes on them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.policies import PolicyVersion
from moderation.models.sites import Site


class Standing(models.TextChoices):
    """An author's standing on the site; only `community.standing` changes it."""

    NORMAL = "normal", _("Normal")
    TRUSTED = "trusted", _("Trusted")
    PREMODERATED = "premoderated", _("Read first")
    MUTED = "muted", _("Muted")
    SUSPENDED = "suspended", _("Suspended")


class Author(models.Model):
    """An author on one site, known by the publisher's own id."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="authors")
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100, blank=True)
    # From the latest `StandingChange`; after `standing_until` the author is normal again.
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
    # The id of the clause it rests on, and its policy; both may be missing.
    clause = models.CharField(max_length=64, blank=True)
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    # A sentence. A suspended author reads it.
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
    """A moderator's note on an author, for colleagues only."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="notes")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"note on author {self.author_id}"
