"""Decisions on an author: the standing on the site, and notes for colleagues.

Each change is a row that is never edited; the author's own row has the latest standing. No comment
is dropped in silence: the comments of a muted author wait for a person, and a suspended author
learns the end and the reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from moderation.accounts.roles import RANK, at_least
from moderation.community.authors import standing_now
from moderation.community.suspensions import REASON_POINTS
from moderation.decisions.decide import DatabaseClock
from moderation.models import (
    Author,
    AuthorNote,
    Moderator,
    PolicyVersion,
    Role,
    Standing,
    StandingChange,
    Status,
)
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, NotAllowed, NotFound
from moderation.review.actions import NOTE_POINTS, ModeratorDecision, check_decision

# The role that may give a standing and take it away.
NEEDS = {
    Standing.NORMAL: Role.MODERATOR,
    Standing.PREMODERATED: Role.MODERATOR,
    Standing.TRUSTED: Role.SENIOR,
    Standing.MUTED: Role.SENIOR,
    Standing.SUSPENDED: Role.SENIOR,
}
DAYS = (1, 3, 7, 30, 90, 365)


def change_standing(
    moderator: Moderator,
    author: Author,
    standing: Standing,
    *,
    seen: int,
    days: int = 0,
    clause: str = "",
    reason: str = "",
) -> StandingChange:
    """Decide on an author, and record it.

    seen: the pk of the latest change on the screen, 0 for none; after a newer one nothing changes.
    days: one of DAYS, or 0 for no end, which a suspension must have. clause: an id of the live
    policy. Raises Invalid, Conflict, NotAllowed, NotFound.
    """
    _check(standing, days, clause, reason)
    policy = _policy(author, clause)
    with transaction.atomic():
        now, before = _lock(moderator, author, seen)
        _check_role(moderator, before, standing)
        if before == standing == Standing.NORMAL:
            raise Conflict(_("The author has this standing already."), code="nothing_changed")
        until = now + timedelta(days=days) if days and standing != Standing.NORMAL else None
        change = StandingChange(clause=clause, policy=policy, reason=reason.strip())
        return _record(moderator, author, change, standing, until)


def undo_standing(moderator: Moderator, author: Author, *, seen: int) -> StandingChange:
    """Take the latest change back: the standing before it returns, unless that has ended.

    Raises Conflict when there is nothing to take back, or somebody changed it since; NotAllowed,
    NotFound.
    """
    with transaction.atomic():
        now, before = _lock(moderator, author, seen)
        latest = list(author.standing_changes.select_related("policy").order_by("-pk")[:2])
        if not latest or latest[0].reverses_id is not None:
            raise Conflict(_("There is nothing to take back."), code="nothing_to_undo")
        former = latest[-1] if len(latest) > 1 else StandingChange(standing=Standing.NORMAL)
        if former.until is not None and former.until <= now:
            former = StandingChange(standing=Standing.NORMAL)
        standing = Standing(former.standing)
        _check_role(moderator, before, standing)
        change = StandingChange(
            clause=former.clause, policy=former.policy, reason=former.reason, reverses=latest[0]
        )
        return _record(moderator, author, change, standing, former.until)


def write_note(moderator: Moderator, author: Author, text: str) -> AuthorNote:
    """Add a note on an author, for colleagues only. Raises Invalid, NotFound."""
    if author.site_id != moderator.site_id:
        raise NotFound(_("There is no such author."))
    validation.check_text(text, "note", points=NOTE_POINTS)
    if validation.is_blank(text):
        raise Invalid(_("Write something first."), code="empty", field="note")
    return AuthorNote.objects.create(author=author, moderator=moderator.user, text=text.strip())


def may_set(moderator: Moderator, standing: Standing) -> bool:
    """Tell whether the moderator may give this standing, or take it away."""
    return at_least(moderator, NEEDS[standing])


def _check(standing: Standing, days: int, clause: str, reason: str) -> None:
    validation.check_text(reason, "reason", points=REASON_POINTS)
    if days not in (0, *DAYS):
        raise Invalid(_("Choose one of the offered times."), field="days")
    if standing == Standing.SUSPENDED and not days:
        raise Invalid(_("A suspension needs an end: choose for how long."), field="days")
    if standing != Standing.NORMAL and not clause and validation.is_blank(reason):
        raise Invalid(_("Give a reason: choose a clause, or write a sentence."), field="reason")


def _policy(author: Author, clause: str) -> PolicyVersion | None:
    """Return the live policy that has the clause, None without a clause."""
    if not clause:
        return None
    return check_decision(
        author.site_id, ModeratorDecision(status=Status.REJECTED, clauses=[clause])
    )


def _lock(moderator: Moderator, author: Author, seen: int) -> tuple[datetime, Standing]:
    """Lock the author; return the time and the present standing. Refuse a stale screen."""
    rows = Author.objects.select_for_update(no_key=True).filter(site=moderator.site_id)
    row = rows.filter(pk=author.pk).values_list(DatabaseClock(), standing_now()).first()
    if row is None:
        raise NotFound(_("There is no such author."))
    last = author.standing_changes.select_related("moderator").order_by("-pk").first()
    if last is not None and last.pk != seen:
        message = _("Somebody changed this meanwhile: look at it again.")
        if last.moderator:
            message = _("%(name)s changed this meanwhile: look at it again.")
            message %= {"name": last.moderator.get_short_name()}
        raise Conflict(message, code="stale_standing")
    return row[0], Standing(row[1])


def _check_role(moderator: Moderator, before: Standing, after: Standing) -> None:
    needed = max(NEEDS[before], NEEDS[after], key=RANK.__getitem__)
    if not at_least(moderator, needed):
        raise NotAllowed(_("Only a senior moderator may do that. Write a note for one."))


def _record(
    moderator: Moderator,
    author: Author,
    change: StandingChange,
    standing: Standing,
    until: datetime | None,
) -> StandingChange:
    change.author, change.moderator = author, moderator.user
    change.standing, change.until = standing, until
    change.save(force_insert=True)
    Author.objects.filter(pk=author.pk).update(standing=standing, standing_until=until)
    return change
