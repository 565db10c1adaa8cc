"""The nouns, a file per family."""

from __future__ import annotations

from moderation.models.authors import Author
from moderation.models.classifiers import ClassifierVersion
from moderation.models.comments import Comment, Flag, Revision, Status
from moderation.models.decisions import Decision, Source
from moderation.models.deliveries import Delivery, WebhookEndpoint
from moderation.models.foreign import Callback, ForeignSecret, Suggestion
from moderation.models.moderators import Moderator, Role
from moderation.models.policies import Policy
from moderation.models.readings import Draw, GoldComment, SecondReading
from moderation.models.reviews import BulkDecision, Escalation, WrongScore
from moderation.models.scores import Score
from moderation.models.sites import ApiKey, Scope, Site
from moderation.models.stories import Story

__all__ = [
    "ApiKey",
    "Author",
    "BulkDecision",
    "Callback",
    "ClassifierVersion",
    "Comment",
    "Decision",
    "Delivery",
    "Draw",
    "Escalation",
    "Flag",
    "ForeignSecret",
    "GoldComment",
    "Moderator",
    "Policy",
    "Revision",
    "Role",
    "Scope",
    "Score",
    "SecondReading",
    "Site",
    "Source",
    "Status",
    "Story",
    "Suggestion",
    "WebhookEndpoint",
    "WrongScore",
]
