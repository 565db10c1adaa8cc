"""Whole numbers as they come in addresses and forms."""

from __future__ import annotations

from moderation.review.queue import LARGEST_ID


def read_number(given: str) -> int:
    """Return a whole number that somebody sent, 0 (nobody's id) for anything else."""
    given = given[:20]
    return min(int(given), LARGEST_ID) if given.isascii() and given.isdigit() else 0
