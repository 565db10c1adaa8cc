"""Queue entries: the few columns of comments in review that the overviews read."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from moderation.models.comments import Comment
from moderation.models.sites import Site
from moderation.models.stories import Story


class QueueEntry(models.Model):
    """A comment in review: its waiting time, its signals, and the clauses that hold it.

    Triggers of the database maintain the entries (migration 0001) after every write. Each comment
    in review has one entry; erased comments and other comments have none.
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
    # The newest score of the present text, in the order of `moderation.policy.SIGNALS`; a missing
    # signal is NULL. An array is small and fast to read.
    signals = ArrayField(models.FloatField(null=True), null=True, blank=True)
    # The clauses of the decision that sent the comment to review.
    clauses = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        verbose_name_plural = "queue entries"
        indexes = [
            # The deferred comments.
            models.Index(
                fields=["site", "deferred_until"],
                name="queueentry_deferred",
                condition=Q(deferred_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"entry of comment {self.comment_id}"
