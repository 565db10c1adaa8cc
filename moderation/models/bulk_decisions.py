"""Bulk decisions: one decision on many comments."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from moderation.models.comments import Status
from moderation.models.sites import Site


class BulkDecision(models.Model):
    """One decision on many comments.

    The moderator has reviewed a random sample of them without scores, or chose a few by hand and
    reviewed each. With the status "in review" the comments are deferred instead of decided.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="bulk_decisions")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    status = models.CharField(max_length=16, choices=Status)
    # The clause of a rejection.
    clause = models.CharField(max_length=64, blank=True)
    # The filters of the list, as the query of its address.
    query = models.CharField(max_length=1000, blank=True)
    # The moderator's own key: the same selection sent twice is one decision.
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    # Chosen by hand; the sample is then the comments that the list did not show in full.
    selected = models.BooleanField(default=False, db_default=False)
    # How long they are deferred, and until when.
    hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    deferred_until = models.DateTimeField(null=True, blank=True)
    # The comments, the version of each, and the comments in the sample.
    comments = ArrayField(models.BigIntegerField())
    versions = ArrayField(models.IntegerField())
    sample = ArrayField(models.BigIntegerField())
    # The sampled comments that the reviewer would decide otherwise.
    otherwise = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"bulk decision {self.pk}"
