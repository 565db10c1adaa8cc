"""Appeals: an author asks that another person reviews a rejection."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.comments import Comment, Status
from moderation.models.decisions import Decision, Source
from moderation.models.sites import Site


class Appeal(models.Model):
    """One author's appeal against one rejection, with the text that was rejected.

    It is open while its text is rejected and nobody has answered. Its state follows from `outcome`
    and the comment, so that no second place can contradict them.
    """

    class State(models.TextChoices):
        """Open, answered one way or the other, or closed without an answer."""

        OPEN = "open", _("Open")
        GRANTED = "granted", _("Granted")
        UPHELD = "upheld", _("The decision stands")
        CLOSED = "closed", _("Closed")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="appeals")
    # The rejection that it is against: each can be appealed against once.
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    # The text that was rejected, which the comment may no longer have.
    revision = models.PositiveIntegerField()
    body = models.TextField()
    words = models.TextField()
    # A message to the author from the person who decides; optional.
    answer = models.TextField(blank=True, db_default="")
    # The decision that ended it; `decisions.decide` sets it, and takes it away with an undo.
    outcome = models.OneToOneField(
        Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="ended_appeal"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "revision"],
                name="appeal_one_open_per_text",
                condition=Q(outcome__isnull=True),
            ),
        ]
        indexes = [
            # The open appeals of a site, oldest first.
            models.Index(
                fields=["site", "id"], name="appeal_waiting", condition=Q(outcome__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"

    @property
    def state(self) -> State:
        """The state as moderators see it; needs `outcome` and `comment`."""
        if self.outcome is None:
            gone = self.comment.revision != self.revision or self.comment.erased_at is not None
            return self.State.CLOSED if gone else self.State.OPEN
        if self.outcome.source != Source.APPEAL:
            return self.State.CLOSED
        granted = self.outcome.status == Status.APPROVED
        return self.State.GRANTED if granted else self.State.UPHELD
