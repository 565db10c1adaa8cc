"""The one Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """People, comments, policy, decisions."""

    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks that refuse dangerous settings."""
        from moderation import checks  # noqa: F401,PLC0415  (registers on import)
