"""The URLs for other systems' clients; `integrations.dispatch` answers them."""

from __future__ import annotations

from django.urls import URLPattern

from moderation.integrations.akismet import views as akismet
from moderation.integrations.coral import views as coral
from moderation.integrations.openai import views as openai
from moderation.integrations.perspective import views as perspective

urlpatterns: list[URLPattern] = [
    *perspective.urlpatterns,
    *coral.urlpatterns,
    *openai.urlpatterns,
    *akismet.urlpatterns,
]
