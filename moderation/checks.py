"""System checks: they refuse settings that endanger comments or people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

MINIMUM_SECRET_KEY_LENGTH = 32


@register(Tags.security)
def check_secret_key(**_: Any) -> list[Error]:
    """Refuse a missing or short SECRET_KEY: it signs sessions and encrypts webhook secrets."""
    if len(settings.SECRET_KEY) >= MINIMUM_SECRET_KEY_LENGTH:
        return []
    return [
        Error(
            f"SECRET_KEY must have at least {MINIMUM_SECRET_KEY_LENGTH} characters.",
            hint="Set SECRET_KEY in the environment; `make run` makes one by itself.",
            id="moderation.E001",
        )
    ]


@register(Tags.database)
def check_database(**_: Any) -> list[Error]:
    """Refuse any database but PostgreSQL: the queue needs its SKIP LOCKED and its clock."""
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        return []
    return [
        Error(
            "DATABASE_URL must name a PostgreSQL database.",
            hint="For example postgres://user:password@host:5432/moderato",
            id="moderation.E002",
        )
    ]


@register(Tags.security, deploy=True)
def check_public_address(**_: Any) -> list[Error | Warning]:
    """Refuse DEBUG and ALLOWED_HOSTS=*, and warn of plain HTTP, on a public service."""
    messages: list[Error | Warning] = []
    if settings.DEBUG:
        messages.append(Error("DEBUG must be off.", hint="Unset DEBUG.", id="moderation.E003"))
    if "*" in settings.ALLOWED_HOSTS:
        messages.append(
            Error(
                "ALLOWED_HOSTS must name the hosts, not '*'.",
                hint="Set ALLOWED_HOSTS=comments.example.org",
                id="moderation.E004",
            )
        )
    if not settings.HTTPS:
        messages.append(
            Warning(
                "BASE_URL should start with https://.", hint="Set BASE_URL.", id="moderation.W001"
            )
        )
    if settings.WEBHOOK_ALLOW_PRIVATE:
        messages.append(
            Warning(
                "WEBHOOK_ALLOW_PRIVATE lets webhooks reach private addresses.",
                hint="Unset it unless every webhook receiver is trusted.",
                id="moderation.W002",
            )
        )
    return messages
