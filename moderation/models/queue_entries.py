"""What the overviews read of the comments in review: few bytes of each, side by side."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from moderation.models.comments import Comment
from moderation.models.sites import Site
from moderation.models.stories import Story


class QueueEntry(models.Model):
    """A comment in review: how long it waits, what was measured of it, which clauses hold it.

    Triggers of the database keep the entries (migration 0001), whoever writes: there is one for
    each comment in review that is not erased, and none for any other.
    """

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, primary_key=True, related_name="queue_entry"
    )
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="queue_entries", db_constraint=False
    )
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    received_at = models.DateTimeField()
    deferred_until = models.DateTimeField(null=True, blank=True)
    # The newest score of the present text, in the order of `moderation.policy.SIGNALS`; what is
    # not measured is NULL. Few bytes, and read in nanoseconds.
    signals = ArrayField(models.FloatField(null=True), null=True, blank=True)
    # Those of the decision that brought it here.
    clauses = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        verbose_name_plural = "queue entries"
        indexes = [
            # How many are put off.
            models.Index(
                fields=["site", "deferred_until"],
                name="queueentry_deferred",
                condition=Q(deferred_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"entry of comment {self.comment_id}"
