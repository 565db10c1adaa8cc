"""The versions of a site's policy."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.sites import Site


class PolicyVersion(models.Model):
    """One version of a site's policy: a draft (no number) or published and immutable.

    `moderation.policy.parse` reads `document`; the public page and the decisions use the same one.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="policies")
    number = models.PositiveIntegerField(null=True, blank=True)
    document = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="policy_number_once_per_site"),
            models.UniqueConstraint(
                fields=["site"], name="policy_one_draft_per_site", condition=Q(number__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, published_at__isnull=True)
                | Q(number__isnull=False, published_at__isnull=False),
                name="policy_number_means_published",
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.number or 'draft'} of {self.site_id}"
