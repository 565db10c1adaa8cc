"""Measuring and judging: rows in, decisions out; nothing is written here.

Whatever goes wrong on the way ends in review, labelled as unscored. Nothing is ever approved
because something failed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moderation.decisions.decide_batch import BatchDecision, ScoreRow
from moderation.models import PolicyVersion, Source, Standing, Status, Story
from moderation.policy import CompiledPolicy, Facts, PolicyError, Reason, Verdict, evaluate
from moderation.policy.document import AUTHOR, DAMAGED, PREMODERATED
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring.context import Context, Waiting, gather
from moderation.scoring.site_classifier import (
    ADAPTED,
    SiteClassifier,
    UnusableBundle,
    classifier_for,
)

if TYPE_CHECKING:
    from classifiers import Measurement

logger = logging.getLogger(__name__)

STATUSES = {
    "approve": Status.APPROVED,
    "review": Status.IN_REVIEW,
    "reject": Status.REJECTED,
}
NOT_SCORED = "Could not be scored"
NOT_FULLY_SCORED = "The site's own classifier could not score it"
NO_POLICY = "No policy could judge it"
# Where nothing was measured, a person should look before long: it may be anything.
UNSCORED_PRIORITY = 0.5
MUTED_PRIORITY = -1.0
FLAG_PRIORITY, COUNTED_FLAGS = 0.1, 10
# Whose comments a person reads; the suspended author's are those sent before.
HELD = frozenset({Standing.PREMODERATED, Standing.MUTED, Standing.SUSPENDED})
# Signals that hold a comment back without anybody being hurt meanwhile weigh less.
MILD = {"low_quality": 0.5, "off_topic": 0.7}


def judge(rows: Sequence[Waiting]) -> list[BatchDecision]:
    """Measure and judge comments of any sites; one decision each.

    Raises whatever the classifier or the database raises for the batch as a whole; a policy or a
    classifier that cannot be used at all does not raise: its comments go to a person.
    """
    context = gather(rows)
    decisions: list[BatchDecision] = []
    for site_pk in sorted({row.site_pk for row in rows}):
        own = [row for row in rows if row.site_pk == site_pk]
        decisions += _judge_site(site_pk, own, context)
    return decisions


def fall_back(row: Waiting, *, note: str = NOT_SCORED) -> BatchDecision:
    """Send a comment to a person because it cannot be measured or judged."""
    return BatchDecision(
        comment_pk=row.pk,
        expected_version=row.version,
        status=Status.IN_REVIEW,
        source=Source.FALLBACK,
        note=note,
        priority=UNSCORED_PRIORITY,
        edited=row.revision > 1,
    )


def _judge_site(site_pk: int, rows: Sequence[Waiting], context: Context) -> Iterable[BatchDecision]:
    try:
        policy, judge_ = live_policy(site_pk)
    except (NoPolicyError, PolicyError) as error:
        logger.error("site %s: no policy can judge (%s)", site_pk, type(error).__name__)
        return [fall_back(row, note=NO_POLICY) for row in rows]
    classifier = usable_classifier(site_pk)
    measured: list[Measurement | None] = [None] * len(rows)
    if classifier:
        measured = list(classifier.score_batch([context.item(row) for row in rows]))
    return [
        _decision(row, policy, judge_, context, one, classifier)
        for row, one in zip(rows, measured, strict=True)
    ]


def usable_classifier(site_pk: int) -> SiteClassifier | None:
    """Return what measures the site's comments; None (and a line in the log) when it is broken."""
    try:
        return classifier_for(site_pk)
    except UnusableBundle as error:
        logger.error("site %s: the classifier cannot be used: %s", site_pk, error)
        return None


def _decision(
    row: Waiting,
    policy: PolicyVersion,
    judge_: CompiledPolicy,
    context: Context,
    measured: Measurement | None,
    classifier: SiteClassifier | None,
) -> BatchDecision:
    facts = context.facts(row, measured)
    damaged = classifier is not None and classifier.damaged
    verdict = apply_site_rules(judge_, facts, context.story_of(row).state, damaged=damaged)
    status, source, note = STATUSES[verdict.outcome], Source.POLICY, ""
    if verdict.unscored or verdict.error:
        status, source, note = Status.IN_REVIEW, Source.FALLBACK, NOT_SCORED
    elif any(reason.rule == DAMAGED for reason in verdict.reasons):
        source, note = Source.FALLBACK, NOT_FULLY_SCORED
    reasons = [reason.as_dict() for reason in verdict.reasons]
    reasons += [{**reason.as_dict(), "shadow": True} for reason in verdict.shadow]
    return BatchDecision(
        comment_pk=row.pk,
        expected_version=row.version,
        status=status,
        source=source,
        policy_pk=policy.pk,
        clauses=verdict.clauses,
        reasons=reasons,
        note=note,
        priority=priority_of(facts),
        edited=row.revision > 1,
        score=_score(measured, classifier),
    )


def apply_site_rules(
    judge_: CompiledPolicy, facts: Facts, story_state: str, *, damaged: bool = False
) -> Verdict:
    """Return the policy's verdict, made review where nothing may be approved unread.

    That is under a story whose comments are all read first; by an author whose comments are; and
    while the site's own classifier version is damaged, where the policy asks for what it alone can
    say.
    """
    verdict = evaluate(judge_, facts)
    if verdict.outcome != "approve":
        return verdict
    if story_state == Story.State.PREMODERATED:
        return _held(verdict, PREMODERATED, judge_.process_clause)
    if facts.author_standing in HELD:
        return _held(verdict, AUTHOR, judge_.process_clause)
    if damaged and _asks_for_learned(judge_):
        return _held(verdict, DAMAGED, judge_.process_clause)
    return verdict


def _held(verdict: Verdict, rule: str, clause: str) -> Verdict:
    return replace(
        verdict,
        outcome="review",
        reasons=(*verdict.reasons, Reason(rule, clause, "review")),
        clauses=(clause,) if clause else (),
    )


def _asks_for_learned(judge_: CompiledPolicy) -> bool:
    return any(
        condition.fact == ADAPTED
        for rule in judge_.rules
        if not rule.shadow
        for condition in rule.when
    )


def priority_of(facts: Facts) -> float:
    """Return how urgently a person should look: the strongest signal (0-1), and 0.1 per flag.

    What a muted author writes waits behind everything else.
    """
    if facts.author_standing == Standing.MUTED:
        return MUTED_PRIORITY
    if facts.signals is None:
        strongest = UNSCORED_PRIORITY
    else:
        strongest = max(
            (value * MILD.get(name, 1.0) for name, value in facts.signals.items()), default=0.0
        )
    return round(strongest + FLAG_PRIORITY * min(facts.flags_weighed, COUNTED_FLAGS), 4)


def _score(measured: Measurement | None, classifier: SiteClassifier | None) -> ScoreRow | None:
    if measured is None or classifier is None:
        return None
    return ScoreRow(
        classifier_pk=classifier.row_pk,
        signals=measured.signals,
        language=measured.language,
        trained=measured.trained,
        passage=_passage(measured),
    )


def _passage(measured: Measurement) -> dict[str, Any] | None:
    passage = measured.passage
    if passage is None:
        return None
    return {
        "field": "title" if passage.source == "title" else "body",
        "start": passage.start,
        "end": passage.end,
        "similarity": round(passage.similarity, 4),
    }
