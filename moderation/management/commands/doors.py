"""The former name of `manage.py integration`; scripts may still use it."""

from __future__ import annotations

from moderation.management.commands.integration import Command

__all__ = ["Command"]
