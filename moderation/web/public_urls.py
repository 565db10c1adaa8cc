"""The front page and the stories that readers see."""

from __future__ import annotations

from django.urls import path

from moderation.web import decision_page, front, public

urlpatterns = [
    path("", front.front, name="front"),
    path("stories/<slug:site>/", public.stories, name="stories"),
    path("stories/<slug:site>/<str:story>/", public.story, name="story"),
    path("stories/<slug:site>/<str:story>/yours/", public.yours, name="story_yours"),
    path(
        "stories/<slug:site>/<str:story>/comments/<str:comment>/report/",
        public.report,
        name="report",
    ),
    path(
        "stories/<slug:site>/<str:story>/comments/<str:comment>/decision/",
        decision_page.own,
        name="own_decision",
    ),
    path("decisions/<str:token>/", decision_page.signed, name="signed_decision"),
]
