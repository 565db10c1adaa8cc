"""The front page, and the pages for readers."""

from __future__ import annotations

from django.urls import path

from moderation.web.public import decision, front, stories

urlpatterns = [
    path("", front.front, name="front"),
    path("stories/<slug:site>/", stories.stories, name="stories"),
    path("stories/<slug:site>/<str:story>/", stories.story, name="story"),
    path("stories/<slug:site>/<str:story>/yours/", stories.yours, name="story_yours"),
    path(
        "stories/<slug:site>/<str:story>/comments/<str:comment>/report/",
        stories.report,
        name="report",
    ),
    path(
        "stories/<slug:site>/<str:story>/comments/<str:comment>/decision/",
        decision.own_decision,
        name="own_decision",
    ),
    path("decisions/<str:token>/", decision.signed, name="signed_decision"),
]
