"""Classifier versions: the models that score comments, with their quality reports."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.sites import Site


class ClassifierVersion(models.Model):
    """The bundled classifier (no site) or a site's own adaptation of it."""

    class State(models.TextChoices):
        """A new version is a candidate; at most one per site is live."""

        CANDIDATE = "candidate", "Candidate"
        SHADOW = "shadow", "Shadow"
        LIVE = "live", "Live"
        RETIRED = "retired", "Retired"

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, null=True, blank=True, related_name="classifier_versions"
    )
    # The bundled version that an adaptation starts from.
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.CANDIDATE)
    # A site's adaptation; stored here so that every worker on every host loads the same bytes.
    artefact = models.BinaryField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    report = models.JSONField(default=dict)
    # A sentence: why it was promoted, refused or retired.
    verdict = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    promoted_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                name="classifier_one_live_per_site",
                condition=Q(state="live", site__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def computed_digest(self) -> str:
        """The digest of the artefact as it is now (SHA-256, hexadecimal)."""
        return hashlib.sha256(bytes(self.artefact or b"")).hexdigest()
