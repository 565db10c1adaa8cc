"""Bulk decisions: one decision on many comments."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from moderation.models.comments import Status
from moderation.models.sites import Site


class BulkDecision(models.Model):
    """One decision on many comments: after a random sample of them was read without scores, or on
    a few that were chosen by hand and read one by one. In review: they are put off, not decided.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="bulk_decisions")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    status = models.CharField(max_length=16, choices=Status)
    # The clause of a rejection.
    clause = models.CharField(max_length=64, blank=True)
    # What was chosen, as the query of the list's address.
    query = models.CharField(max_length=1000, blank=True)
    # The presser's own key: the same selection sent twice is one decision.
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    # Chosen by hand; then the sample is what the list did not show in full.
    selected = models.BooleanField(default=False, db_default=False)
    # How long they are put off, and until when they were.
    hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    deferred_until = models.DateTimeField(null=True, blank=True)
    # The comments, the version that each had, and those among them that were drawn.
    comments = ArrayField(models.BigIntegerField())
    versions = ArrayField(models.IntegerField())
    sample = ArrayField(models.BigIntegerField())
    # Those of the sample that the reader would decide otherwise.
    otherwise = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"bulk decision {self.pk}"
