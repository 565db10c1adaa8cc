"""The addresses of the doors for other systems' clients; `compat.door` answers below them."""

from __future__ import annotations

from django.urls import URLPattern

from moderation.api.compat import akismet, coral, openai, perspective

urlpatterns: list[URLPattern] = [
    *perspective.urlpatterns,
    *coral.urlpatterns,
    *openai.urlpatterns,
    *akismet.urlpatterns,
]
