"""The former name of `manage.py integration`, which scripts may still use."""

from __future__ import annotations

from moderation.management.commands.integration import Command

__all__ = ["Command"]
