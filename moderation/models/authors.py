"""Who wrote a comment."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from moderation.models.sites import Site


class Author(models.Model):
    """An author on one site, known by the publisher's own id."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="authors")
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "external_id"], name="author_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id
