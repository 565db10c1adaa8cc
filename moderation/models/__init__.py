"""The database models, one file for each family."""

from __future__ import annotations

from moderation.models.appeals import Appeal
from moderation.models.authors import Author, AuthorNote, Standing, StandingChange
from moderation.models.bulk_decisions import BulkDecision
from moderation.models.classifiers import ClassifierVersion
from moderation.models.comments import Comment, Flag, Revision, Status
from moderation.models.decisions import BY_A_PERSON, Decision, Source
from moderation.models.deliveries import Delivery, Outgoing, WebhookEndpoint
from moderation.models.escalations import Escalation
from moderation.models.integrations import Callback, IntegrationSecret, Suggestion
from moderation.models.moderators import Moderator, Role
from moderation.models.policies import PolicyVersion
from moderation.models.queue_entries import QueueEntry
from moderation.models.score_feedback import WrongScore
from moderation.models.scores import Score
from moderation.models.second_reviews import GoldComment, ReviewAssignment, SecondReview
from moderation.models.sites import ApiKey, Scope, Site
from moderation.models.stories import Story, StoryChange, Watch

__all__ = [
    "BY_A_PERSON",
    "ApiKey",
    "Appeal",
    "Author",
    "AuthorNote",
    "BulkDecision",
    "Callback",
    "ClassifierVersion",
    "Comment",
    "Decision",
    "Delivery",
    "Escalation",
    "Flag",
    "GoldComment",
    "IntegrationSecret",
    "Moderator",
    "Outgoing",
    "PolicyVersion",
    "QueueEntry",
    "ReviewAssignment",
    "Revision",
    "Role",
    "Scope",
    "Score",
    "SecondReview",
    "Site",
    "Source",
    "Standing",
    "StandingChange",
    "Status",
    "Story",
    "StoryChange",
    "Suggestion",
    "Watch",
    "WebhookEndpoint",
    "WrongScore",
]
