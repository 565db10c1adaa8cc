"""Sites, and the API keys of their systems."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Site(models.Model):
    """A publication with its own keys, policy and moderators."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    # Readers may write on Moderato's own story pages; off where the publisher has its own form.
    reader_pages = models.BooleanField(default=False)
    # Moderators see the reasons and the words behind the score before they decide.
    show_reasons = models.BooleanField(default=False, db_default=False)
    # Texts that clients of other systems have scored go to the review queue too.
    queues_integrations = models.BooleanField(default=False, db_default=False)
    # The share of a moderator's comments that are second reviews, by kind (0-1).
    audit_share = models.FloatField(default=0.01, db_default=0.01)
    double_share = models.FloatField(default=0.02, db_default=0.02)
    gold_share = models.FloatField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audit_share__gte=0, double_share__gte=0, gold_share__gte=0)
                & Q(audit_share__lte=1 - F("double_share") - F("gold_share")),
                name="site_second_shares_are_shares",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def second_share(self) -> float:
        """The share of a moderator's comments that are second reviews (0-1)."""
        return self.audit_share + self.double_share + self.gold_share


class Scope(models.TextChoices):
    """The permissions of an API key."""

    SUBMIT = "submit", "Submit, edit and erase comments and stories"
    READ = "read", "Read comments, scores, decisions and threads"
    DECIDE = "decide", "Decide on comments"
    SCORE = "score", "Have texts scored through the integrations"


class ApiKey(models.Model):
    """A key of one site. Only its SHA-256 digest is stored: the key has 160 random bits or more."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    # The readable start of the key, so that people can tell keys apart.
    prefix = models.CharField(max_length=24)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # The weight of labels suggested with this key (0-1); 0 keeps them in quarantine.
    label_weight = models.FloatField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(label_weight__gte=0, label_weight__lte=1),
                name="key_label_weight_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
