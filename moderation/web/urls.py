"""The pages: review, the policy editor, and the pages for readers."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("review/", include("moderation.web.review.urls")),
    path("", include("moderation.web.policy.urls")),
    path("", include("moderation.web.public.urls")),
]
