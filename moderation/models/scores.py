"""Scores: the signals that a classifier version gave a comment."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from moderation.models.classifiers import ClassifierVersion
from moderation.models.comments import Comment


class Score(models.Model):
    """All signals of one revision by one classifier version, each 0-1, higher is worse."""

    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    revision = models.PositiveIntegerField()
    classifier_version = models.ForeignKey(ClassifierVersion, on_delete=models.PROTECT)
    signals = models.JSONField()
    language = models.CharField(max_length=8, db_default="und")
    # False where the classifier was not trained for the language: the policy sends it to a person.
    trained = models.BooleanField(db_default=True)
    # The most similar passage of the story: {"field", "start", "end", "similarity"}.
    passage = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "revision", "classifier_version"],
                name="score_once_per_version",
            ),
        ]

    def __str__(self) -> str:
        return f"score of comment {self.comment_id}"
