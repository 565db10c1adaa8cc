"""Heavy texts: those that weigh on people who read them, as the classifier measured them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import connection

from moderation.models import Decision, Site

# The measures, and the value from which a text counts.
DISTURBING_SIGNALS = ("severe_toxicity", "identity_attack", "threat", "sexual")
DISTURBING_FROM = 0.5
# Asked whenever comments are given: half the time of the same question to the ORM.
STRONGEST = ", ".join(f"(score.signals ->> '{signal}')::float" for signal in DISTURBING_SIGNALS)
DISTURBING_COMMENTS = f"""
SELECT comment.id FROM moderation_comment comment
JOIN moderation_score score
  ON score.comment_id = comment.id AND score.revision = comment.revision
WHERE comment.id = ANY(%(pks)s) AND greatest({STRONGEST}) >= %(least)s
"""


def disturbing_comments(comment_pks: Collection[int]) -> set[int]:
    """Return those of the comments whose present text is heavy."""
    with connection.cursor() as cursor:
        cursor.execute(DISTURBING_COMMENTS, {"pks": list(comment_pks), "least": DISTURBING_FROM})
        return {pk for (pk,) in cursor.fetchall()}


def last_read(user: User, site: Site, read: Sequence[int], most: int) -> list[int]:
    """Return the comments, `most` at most, that come last in what a person reads.

    read: the comments on the desk, in order; before them comes what they decided last.
    """
    last = list(read[-most:])
    if len(last) < most:
        decided = Decision.objects.filter(moderator=user, site=site).order_by("-pk")
        before = decided.exclude(comment__in=last).values_list("comment", flat=True)
        last = [*reversed(before[: most - len(last)]), *last]
    return last
