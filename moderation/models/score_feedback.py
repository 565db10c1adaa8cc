"""Score feedback: a moderator says that the classifier was wrong about a comment."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from moderation.models.scores import Score


class WrongScore(models.Model):
    """A moderator says that this score is wrong."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="wrong")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["score", "moderator"], name="wrong_score_once"),
        ]

    def __str__(self) -> str:
        return f"feedback on score {self.score_id}"
