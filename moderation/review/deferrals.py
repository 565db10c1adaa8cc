"""Putting comments off: they wait all the same, and come back by themselves."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection

from moderation.models import Comment, Status
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.review.actions import SeenComment

# One may choose among these; the last is this time tomorrow.
HOURS = (1, 4, 24)


def until_in(hours: int) -> datetime:
    """Return the time in so many hours, by the database's clock. Raises Invalid."""
    if hours not in HOURS:
        raise Invalid("Choose one of the offered times.", field="hours")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() + make_interval(hours => %s)", [hours])
        until: datetime = cursor.fetchone()[0]
    return until


def defer(user: User, press: SeenComment, until: datetime) -> None:
    """Put a comment in review off until then, and back from the desk. A decision ends it.

    Raises NotFound for a comment of another site, Conflict when it was decided or edited since.
    """
    own = Comment.objects.filter(pk=press.comment_pk, site__moderators__user=user)
    seen = own.filter(
        version=press.expected_version, status=Status.IN_REVIEW, erased_at__isnull=True
    )
    put_off = {"deferred_by": user, "deferred_until": until}
    if seen.update(claimed_by=None, claimed_until=None, **put_off):
        return
    if not own.exists():
        raise NotFound("There is no such comment.")
    raise Conflict("It changed meanwhile: look at it again.", code="stale_decision")


def bring_back(user: User, comment_pk: int) -> None:
    """End the deferral of a comment; nothing happens where there is none."""
    own = Comment.objects.filter(pk=comment_pk, site__moderators__user=user)
    own.filter(deferred_until__isnull=False).update(deferred_by=None, deferred_until=None)
