"""The answer to Coral's moderation phase: the policy's verdict on a comment in Coral's terms.

An approved comment gets no opinion (204): an approval would skip the site's own rules in Coral.
"""

from __future__ import annotations

import logging
from typing import Any

from moderation.intake.submit import Submission
from moderation.models import Site
from moderation.platform.errors import Invalid
from moderation.policy import PolicyError, Reason, Verdict
from moderation.policy.clause_texts import clause_texts, clauses_by_id
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring.preview import preview

logger = logging.getLogger(__name__)

WITHHELD, REJECTED = "SYSTEM_WITHHELD", "REJECTED"
TOXIC, SPAM = "COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"
OTHER = "OTHER"
# Coral's rejection reasons by the fact that a rule used; every other fact is OTHER.
CODES = {
    "toxicity": "ABUSIVE",
    "severe_toxicity": "ABUSIVE",
    "insult": "HARASSMENT_BULLYING",
    "threat": "HARASSMENT_BULLYING",
    "identity_attack": "HATE_SPEECH",
    "profanity": "OFFENSIVE",
    "sexual": "OFFENSIVE",
    "banned_words": "BANNED_WORD",
    "suspect_words": "BANNED_WORD",
    "off_topic": "IRRELEVANT_CONTENT",
    "low_quality": "IRRELEVANT_CONTENT",
    "spam": "SPAM",
    "links": "SPAM",
    "duplicates": "SPAM",
    "submissions_last_hour": "SPAM",
}
ABUSE = frozenset({"ABUSIVE", "HARASSMENT_BULLYING", "HATE_SPEECH", "OFFENSIVE", "BANNED_WORD"})
EXPLANATION_POINTS = 500

Answer = dict[str, Any]


def answer_phase(site: Site, submission: Submission) -> Answer | None:
    """Return Coral's answer for a comment; None for no opinion.

    Coral withholds a comment that cannot be scored, such as one above the limits.
    """
    try:
        submission.check()
        submission.story.check()
        _, verdict = preview(site, submission)
        policy, _ = live_policy(site)
    except (Invalid, NoPolicyError, PolicyError) as error:
        logger.warning(
            "site %s: withheld for Coral without a score: %s", site.pk, type(error).__name__
        )
        return {"status": WITHHELD}
    if verdict.outcome == "approve":
        return None
    reasons = [reason for reason in verdict.reasons if reason.outcome == verdict.outcome]
    flags = [{"actionType": "FLAG", "reason": flag} for flag in flags_of(reasons)]
    if verdict.outcome == "review":
        return {"status": WITHHELD, "actions": flags}
    reason = {"code": code_of(reasons), "detailedExplanation": _explain(policy.document, verdict)}
    if reason["code"] == OTHER:
        reason["customReason"] = reason["detailedExplanation"]
    return {
        "status": REJECTED,
        "actions": flags,
        "moderationAction": {"status": REJECTED, "rejectionReason": reason},
    }


def code_of(reasons: list[Reason]) -> str:
    """Return Coral's code for the first reason that has one."""
    return next((CODES[reason.fact] for reason in reasons if reason.fact in CODES), OTHER)


def flags_of(reasons: list[Reason]) -> list[str]:
    """Return which of Coral's two automatic flags its moderators should see."""
    codes = {CODES.get(reason.fact, OTHER) for reason in reasons}
    return [flag for flag, found in ((TOXIC, codes & ABUSE), (SPAM, codes & {"SPAM"})) if found]


def _explain(document: dict[str, Any], verdict: Verdict) -> str:
    """Return the cited clauses in the words that readers see."""
    known = clauses_by_id(document)
    cited = clause_texts(document, (clause for clause in verdict.clauses if clause in known))
    explanation = "; ".join(f"{clause['number']} {clause['title']}" for clause in cited)
    return explanation.strip()[:EXPLANATION_POINTS]
