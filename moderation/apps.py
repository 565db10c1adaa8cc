"""The one Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext, ngettext


class ModerationConfig(AppConfig):
    """The app of all models, pages and commands."""

    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and translate the policy's sentences by Django."""
        from moderation import checks  # noqa: F401,PLC0415  (registers on import)
        from moderation.policy import translation  # noqa: PLC0415

        translation.install(gettext, ngettext)
