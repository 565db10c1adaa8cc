"""Disagreements: a second reading differs from a decision; a senior moderator has the last word.

To turn the first decision round is an ordinary decision; to let it stand changes nothing, and is
kept beside the readings.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from moderation.models import Decision, SecondReading, Site, Status
from moderation.platform import validation
from moderation.platform.errors import Conflict
from moderation.platform.retry import settled
from moderation.review.actions import KEY_POINTS, approve, reject, send_to_review

Kind = SecondReading.Kind
PAGE_SIZE = 25

SETTLED = "It was settled meanwhile."


def uphold(user: User, site: Site, reading_pk: int, *, key: str) -> SecondReading:
    """Let the first decision stand; the same key again returns what it made.

    Raises Conflict when the disagreement was settled, or its comment changed, meanwhile.
    """
    validation.check_text(key, "key", points=KEY_POINTS)
    try:
        return settled(lambda: _uphold(user, site, reading_pk, key))
    except IntegrityError as error:
        raise Conflict(SETTLED, code="already_settled") from error


def overturn(user: User, site: Site, reading_pk: int, *, key: str) -> Decision:
    """Decide as the second reader did; one who was unsure sends the comment back to review.

    Raises Conflict when the disagreement was settled meanwhile, and what `review.reject` raises.
    """
    readings = SecondReading.objects.filter(site=site, pk=reading_pk, decision__isnull=False)
    reading = readings.select_related("decision").first()
    is_open = open_disagreements(site).filter(pk=reading_pk).exists()
    pressed_before = Decision.objects.filter(key=key, moderator=user).exists()
    if reading is None or reading.decision is None or not (is_open or pressed_before):
        raise Conflict(SETTLED, code="already_settled")
    pk, version = reading.comment_id, reading.decision.version
    if reading.status == Status.REJECTED:
        clauses = [reading.clause]
        return reject(user, pk, clauses=clauses, expected_version=version, key=key)
    act = approve if reading.status == Status.APPROVED else send_to_review
    return act(user, pk, expected_version=version, key=key)


def _uphold(user: User, site: Site, reading_pk: int, key: str) -> SecondReading:
    with transaction.atomic():
        if made := SecondReading.objects.filter(key=key, moderator=user, site=site).first():
            return made
        found = open_disagreements(site).select_related("decision")
        reading = found.select_for_update(of=("self",)).filter(pk=reading_pk).first()
        if reading is None or reading.decision is None:
            raise Conflict(SETTLED, code="already_settled")
        first = reading.decision
        return SecondReading.objects.create(
            site=site,
            kind=SecondReading.Kind.UPHELD,
            comment_id=reading.comment_id,
            revision=first.revision,
            moderator=user,
            decision=first,
            status=first.status,
            clause=first.clauses[0] if first.clauses else "",
            key=key,
        )


def open_disagreements(site: Site) -> QuerySet[SecondReading]:
    """Return the readings that differ from a decision which nobody has looked at since.

    Those by another clause alone are none: readers see the same.
    """
    upheld = SecondReading.objects.filter(decision=OuterRef("decision"), kind=Kind.UPHELD)
    return SecondReading.objects.filter(
        ~Q(status=F("decision__status")),
        ~Exists(upheld),
        site=site,
        kind__in=(Kind.AUDIT, Kind.DOUBLE),
        taken_back_at__isnull=True,
        comment__version=F("decision__version"),
        comment__erased_at__isnull=True,
    )


def newest_disagreements(site: Site) -> list[SecondReading]:
    """Return the newest of them, each with what a senior moderator needs to see."""
    found = open_disagreements(site).order_by("-pk")
    with_context = found.select_related(
        "comment__story", "comment__parent", "decision__policy", "decision__score"
    )
    return list(with_context[:PAGE_SIZE])
