"""Disturbing texts: reading them weighs on people. The classifier's signals tell them apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import connection

from moderation.models import Decision, Site

# The signals, and the value from which a text is disturbing.
DISTURBING_SIGNALS = ("severe_toxicity", "identity_attack", "threat", "sexual")
DISTURBING_FROM = 0.5
# Every claim asks this: it takes half the time of the ORM's query.
STRONGEST = ", ".join(f"(score.signals ->> '{signal}')::float" for signal in DISTURBING_SIGNALS)
DISTURBING_COMMENTS = f"""
SELECT comment.id FROM moderation_comment comment
JOIN moderation_score score
  ON score.comment_id = comment.id AND score.revision = comment.revision
WHERE comment.id = ANY(%(pks)s) AND greatest({STRONGEST}) >= %(least)s
"""


def disturbing_comments(comment_pks: Collection[int]) -> set[int]:
    """Return the comments whose present text is disturbing."""
    with connection.cursor() as cursor:
        cursor.execute(DISTURBING_COMMENTS, {"pks": list(comment_pks), "least": DISTURBING_FROM})
        return {pk for (pk,) in cursor.fetchall()}


def last_read(user: User, site: Site, read: Sequence[int], most: int) -> list[int]:
    """Return the last comments, `most` at most, that a person reviews.

    read: the comments on the desk, in order; the person's latest decisions come before them.
    """
    last = list(read[-most:])
    if len(last) < most:
        decided = Decision.objects.filter(moderator=user, site=site).order_by("-pk")
        before = decided.exclude(comment__in=last).values_list("comment", flat=True)
        last = [*reversed(before[: most - len(last)]), *last]
    return last
