"""Whole numbers from addresses and forms."""

from __future__ import annotations

from moderation.review.queue import LARGEST_ID


def read_number(text: str) -> int:
    """Return the whole number in a text; 0, which is no id, for anything else."""
    text = text[:20]
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() else 0
