"""Readers' flags: one per reader and comment; enough of them bring a comment back to a person."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from moderation.community.flagger_record import weight_of
from moderation.decisions import decide
from moderation.decisions.latest_score import latest_score
from moderation.models import BY_A_PERSON, Comment, Decision, Flag, Source, Status
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, StaleDecision
from moderation.policy import PolicyError, apply_site_rules, priority_of
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring.context import Subject, gather

logger = logging.getLogger(__name__)

# Only a rule on one of these may send an approved comment back.
FLAG_FACTS = ("flags", "flags_weighed")


def flag_comment(comment: Comment, *, flagger_id: str, reason: str, note: str = "") -> bool:
    """Take a reader's flag; False when this reader has flagged the comment before.

    When the policy has a rule on flags that now holds, an approved comment goes back to review.
    Flags before a moderator's last look do not count again. Raises Invalid, Conflict.
    """
    validation.check_id(flagger_id, "flagger_id")
    validation.check_text(note, "note", points=validation.NOTE_POINTS)
    if reason not in Flag.Reason.values:
        raise Invalid("A reason is one of: " + ", ".join(Flag.Reason.values), field="reason")
    if comment.erased_at is not None:
        raise Conflict("This comment has been erased.", code="comment_erased")
    with transaction.atomic():
        _, new = Flag.objects.get_or_create(
            comment=comment, flagger_id=flagger_id, defaults={"reason": reason, "note": note}
        )
    if new:
        _reevaluate(comment)
    return new


def _reevaluate(comment: Comment) -> None:
    """Apply the policy with the flags; only a rule on flags may send an approved comment back."""
    row = Comment.objects.get(pk=comment.pk)
    if row.status != Status.APPROVED:
        return
    try:
        version, policy = live_policy(row.site_id)
    except (NoPolicyError, PolicyError) as error:
        logger.error("site %s: flags cannot be judged: %s", row.site_id, type(error).__name__)
        return
    context = gather([Subject.of(row)])[0]
    # A person's decision covers the flags that were there before it.
    looked = _last_look(row)
    facts = replace(
        context.facts,
        flags=Flag.objects.filter(comment=row, created_at__gt=looked).count(),
        flags_weighed=weight_of(
            [flag for flag in context.weighed_flags if flag.created_at > looked]
        ),
    )
    score = latest_score(row)
    if score:
        facts = facts.scored(score.signals, score.language, trained=score.trained)
    verdict = apply_site_rules(policy, facts, story_state=context.story.state)
    reasons = [reason for reason in verdict.reasons if reason.fact in FLAG_FACTS]
    if not reasons:
        return
    try:
        decide.decide(
            row.pk,
            status=Status.IN_REVIEW,
            source=Source.POLICY,
            expected_version=row.version,
            policy=version,
            score=score,
            clauses=list(dict.fromkeys(reason.clause for reason in reasons if reason.clause)),
            reasons=[reason.as_dict() for reason in reasons],
            priority=priority_of(facts),
        )
    except StaleDecision:
        logger.info("comment %s was decided on while it was flagged", row.pk)


def _last_look(comment: Comment) -> datetime:
    looked = (
        Decision.objects.filter(comment=comment, source__in=BY_A_PERSON)
        .order_by("-id")
        .values_list("created_at", flat=True)
        .first()
    )
    return looked or validation.OLDEST
