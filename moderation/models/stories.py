"""Stories, the changes of their state, and the moderators who watch them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models.moderators import Moderator
from moderation.models.sites import Site


class Story(models.Model):
    """A news story of a site, known by the publisher's own id."""

    class State(models.TextChoices):
        """Whether readers may comment."""

        OPEN = "open", _("Open")
        PREMODERATED = "premoderated", _("A person reviews every comment first")
        CLOSED = "closed", _("Closed to comments")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="stories")
    external_id = models.CharField(max_length=255)
    url = models.CharField(max_length=2048, blank=True)
    title = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    section = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "stories"
        constraints = [
            models.UniqueConstraint(fields=["site", "external_id"], name="story_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_id


class StoryChange(models.Model):
    """A change of a story's state, by a moderator or by the publisher's systems. Never edited."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="changes")
    state_before = models.CharField(max_length=16, choices=Story.State)
    state = models.CharField(max_length=16, choices=Story.State)
    by_publisher = models.BooleanField(default=False)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"story {self.story_id} became {self.state}"


class Watch(models.Model):
    """A story that a moderator watches."""

    moderator = models.ForeignKey(Moderator, on_delete=models.CASCADE, related_name="watches")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="watches")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(fields=["moderator", "story"], name="watch_once"),
        ]

    def __str__(self) -> str:
        return f"watch on story {self.story_id}"
