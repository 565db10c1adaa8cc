"""What comments stand under."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from moderation.models.sites import Site


class Story(models.Model):
    """A news story of a site, known by the publisher's own id."""

    class State(models.TextChoices):
        """Whether readers may comment."""

        OPEN = "open", "Open"
        PREMODERATED = "premoderated", "Every comment is read by a person first"
        CLOSED = "closed", "Closed to comments"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="stories")
    external_id = models.CharField(max_length=255)
    url = models.CharField(max_length=2048, blank=True)
    title = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    section = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "stories"
        constraints = [
            models.UniqueConstraint(fields=["site", "external_id"], name="story_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_id
