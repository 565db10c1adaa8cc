"""Comments, their earlier revisions, and readers' flags."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.authors import Author
from moderation.models.sites import Site
from moderation.models.stories import Story


class Status(models.TextChoices):
    """The status of a comment; only `decisions.decide` changes it."""

    PENDING = "pending", _("Waiting for its score")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class Comment(models.Model):
    """One text by one author under one story. Its row is also its place in the queue.

    `body` is stored exactly as sent. An edit moves it to a `Revision`; the policy runs again.
    """

    # Each of these is the first column of an index below: one of its own would only cost inserts.
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="comments", db_index=False
    )
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, related_name="comments", db_index=False
    )
    author = models.ForeignKey(
        Author,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="comments",
        db_index=False,
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
        db_index=False,
    )
    # The publisher's id, or one that we made: the only id in the API.
    external_id = models.CharField(max_length=255)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)
    # SHA-256 of the first request: a key or id that comes with another request is noticed.
    fingerprint = models.BinaryField(max_length=32)
    author_name = models.CharField(max_length=100, blank=True)
    body = models.TextField()
    revision = models.PositiveIntegerField(db_default=1)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())

    status = models.CharField(max_length=16, choices=Status, db_default=Status.PENDING)
    # Counts the changes; a decision based on an older version changes nothing (compare-and-set).
    version = models.PositiveIntegerField(db_default=1)
    # Until then (the publishing hold) readers and publishers still see `status_before`.
    held_until = models.DateTimeField(null=True, blank=True)
    status_before = models.CharField(max_length=16, choices=Status, blank=True, db_default="")
    # Moderators see the highest priority first.
    priority = models.FloatField(db_default=0)

    # The queue: when a worker may next take a pending comment, and how often it was taken.
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    # A moderator's claim, so that two people do not review the same comment.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    # Deferred by a moderator until then; the comment still waits, and a decision ends it.
    deferred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    deferred_until = models.DateTimeField(null=True, blank=True)
    # Erased: the row stays for its replies and decisions; its text is gone.
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "external_id"], name="comment_once_per_site"),
            models.UniqueConstraint(
                fields=["site", "idempotency_key"],
                name="comment_once_per_idempotency_key",
                condition=Q(idempotency_key__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "in_review", "approved", "rejected"]),
                name="comment_status_is_known",
            ),
        ]
        indexes = [
            # The drain: the oldest pending comments that are due.
            models.Index(
                fields=["due_at", "id"],
                name="comment_due",
                condition=Q(status="pending", erased_at__isnull=True),
            ),
            # The review queue by priority and by age: keyset pages over what is in review.
            models.Index(
                fields=["site", "-priority", "id"],
                name="comment_review_priority",
                condition=Q(status="in_review", erased_at__isnull=True),
            ),
            models.Index(
                fields=["site", "id"],
                name="comment_review_age",
                condition=Q(status="in_review", erased_at__isnull=True),
            ),
            GinIndex(
                SearchVector("body", "author_name", config="simple"),
                name="comment_review_search",
                condition=Q(status="in_review", erased_at__isnull=True),
            ),
            # Lists of a site by status, newest first.
            models.Index(fields=["site", "status", "-id"], name="comment_by_status"),
            # The public thread.
            models.Index(fields=["story", "id"], name="comment_thread"),
            # An author's history and record.
            models.Index(fields=["author", "status", "-id"], name="comment_author_record"),
            models.Index(
                fields=["parent"], name="comment_parent", condition=Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.external_id}"


class Revision(models.Model):
    """An earlier text of a comment, kept when an edit replaced it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    replaced_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "number"], name="revision_once_per_comment"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of comment {self.comment_id}"


class Flag(models.Model):
    """A reader's report of a comment; one per flagger and comment."""

    class Reason(models.TextChoices):
        """The reader's reason."""

        ABUSIVE = "abusive", _("Abusive")
        OFF_TOPIC = "off_topic", _("Off topic")
        SPAM = "spam", _("Spam")
        OTHER = "other", _("Something else")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="flags")
    flagger_id = models.CharField(max_length=255)
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "flagger_id"], name="flag_once_per_reader"),
        ]
        indexes = [
            # The flags of one reader, newest first, for the reader's record.
            models.Index(fields=["flagger_id", "-id"], name="flag_by_flagger"),
        ]

    def __str__(self) -> str:
        return f"flag on comment {self.comment_id}"
