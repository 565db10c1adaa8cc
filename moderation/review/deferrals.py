"""Deferrals: a comment leaves the queue for some hours and returns by itself."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.utils.translation import gettext as _

from moderation.models import Comment, Status
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.review.actions import SeenComment

# The offered times; the last is this time tomorrow.
HOURS = (1, 4, 24)


def until_in(hours: int) -> datetime:
    """Return the time after this many hours, by the database's clock. Raises Invalid."""
    if hours not in HOURS:
        raise Invalid(_("Choose one of the offered times."), field="hours")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() + make_interval(hours => %s)", [hours])
        until: datetime = cursor.fetchone()[0]
    return until


def defer(user: User, seen: SeenComment, until: datetime) -> None:
    """Defer a comment in review until then, and release it. A decision ends the deferral.

    Raises NotFound for a comment of another site, Conflict when it was decided or edited since.
    """
    comment = Comment.objects.filter(pk=seen.comment_pk, site__moderators__user=user)
    unchanged = comment.filter(
        version=seen.expected_version, status=Status.IN_REVIEW, erased_at__isnull=True
    )
    deferral = {"deferred_by": user, "deferred_until": until}
    if unchanged.update(claimed_by=None, claimed_until=None, **deferral):
        return
    if not comment.exists():
        raise NotFound(_("There is no such comment."))
    raise Conflict(_("It changed meanwhile: look at it again."), code="stale_decision")


def bring_back(user: User, comment_pk: int) -> None:
    """End the deferral of a comment, if there is one."""
    comment = Comment.objects.filter(pk=comment_pk, site__moderators__user=user)
    comment.filter(deferred_until__isnull=False).update(deferred_by=None, deferred_until=None)
