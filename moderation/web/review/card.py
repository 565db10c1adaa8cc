"""Everything that the review page shows of one comment, gathered before the template runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4
from zlib import crc32

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from moderation.models import (
    Comment,
    Escalation,
    Moderator,
    ReviewAssignment,
    SecondReview,
    Source,
    Status,
)
from moderation.policy import Clause, CompiledPolicy
from moderation.quality.sampling import open_assignment
from moderation.review.comment_history import Event, comment_history, is_deferred, open_escalations
from moderation.templatetags.comment_text import Mark
from moderation.web.review.content_warnings import is_covered
from moderation.web.review.evidence import Evidence, gather_evidence
from moderation.web.review.highlights import build_marks
from moderation.web.review.panels import (
    AuthorPanel,
    HistoryLine,
    ReasonsPanel,
    StoryPanel,
    author_panel,
    history_lines,
    reasons_panel,
    story_panel,
)
from moderation.web.review.review_round import find_policy

# Per second review, this many ordinary comments look the same, up to a share of all comments.
DECOYS, MOST_DECOYS = 3, 0.5
MARKS: dict[str, Promise] = {
    "banned": gettext_lazy("banned word"),
    "suspect": gettext_lazy("suspect word"),
    "weighed": gettext_lazy("raised a signal"),
}


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """A clause by which the comment may be rejected; `key` is "1" to "9" or "" past the ninth."""

    clause: Clause
    key: str
    held: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One comment with its context, as one moderator may see it.

    `status` is the comment's own, but "in review" while the moderator reviews a decided comment a
    second time. `kept_back`: nothing tells what the policy or a person decided until the moderator
    decides. `key` makes two presses of one button one decision.
    """

    comment: Comment
    status: Status
    key: str
    kept_back: bool
    covered: bool
    deferred: bool
    reader: User | None
    escalations: list[Escalation]
    marks: list[Mark]
    choices: list[ClauseChoice]
    author: AuthorPanel
    story: StoryPanel
    reasons: ReasonsPanel
    history: list[HistoryLine]

    @property
    def waits(self) -> bool:
        """Whether the moderator is to decide on it."""
        return self.status == Status.IN_REVIEW

    @property
    def can_approve(self) -> bool:
        """Whether an approval would change it."""
        return self.status != Status.APPROVED and self.comment.erased_at is None

    @property
    def can_reject(self) -> bool:
        """Whether a rejection would change it."""
        return self.status != Status.REJECTED and self.comment.erased_at is None

    @property
    def can_be_gold(self) -> bool:
        """Whether an editor may fix the right answer to it."""
        decided = self.status in (Status.APPROVED, Status.REJECTED)
        return decided and self.comment.erased_at is None

    @property
    def language(self) -> str:
        """The language of the text as an HTML page names it; "" when it is unknown."""
        language = self.reasons.score.language if self.reasons.score else "und"
        return "" if language == "und" else language

    @property
    def legend(self) -> list[tuple[str, Promise]]:
        """The kinds of marks in the text, with their meaning."""
        kinds = {mark.kind for mark in self.marks}
        return [(kind, meaning) for kind, meaning in MARKS.items() if kind in kinds]


def build_card(comment: Comment, moderator: Moderator, *, reader: User | None = None) -> Card:
    """Gather what the page shows of `comment`; its story, author and parent are loaded already.

    Before a decision the reasons are folded away, unless the site shows them: people who see a
    machine's opinion first tend to share it. reader: another moderator who has claimed it.
    """
    policy, rules = find_policy(comment.site_id)
    events = comment_history(comment)
    evidence = gather_evidence(comment, events, rules)
    assignment = open_assignment(moderator.user, comment)
    status = Status.IN_REVIEW if assignment else Status(comment.status)
    kept_back = assignment is not None or _is_decoy(comment, moderator, events)
    shown = evidence.without_opinions() if kept_back else evidence
    events = [event for event in events if not (kept_back and event.decision)]
    reasons_open = status != Status.IN_REVIEW or (moderator.site.show_reasons and not kept_back)
    return Card(
        comment=comment,
        status=status,
        key=_key_of(assignment) if assignment else str(uuid4()),
        kept_back=kept_back,
        covered=is_covered(moderator, evidence.clauses, evidence.signals),
        deferred=is_deferred(comment),
        reader=reader,
        escalations=open_escalations(comment),
        marks=[] if kept_back else build_marks(comment, shown.judgement, shown.signals),
        choices=_choices(rules, shown),
        author=author_panel(comment),
        story=story_panel(comment.story, evidence.score),
        reasons=reasons_panel(shown, moderator.user, policy, is_open=reasons_open),
        history=history_lines(comment, events),
    )


def _is_decoy(comment: Comment, moderator: Moderator, events: Sequence[Event]) -> bool:
    """Tell whether an ordinary comment is shown like those that are reviewed a second time.

    DECOYS times as many are, where only the policy's own decision would be missed: so the look of
    a card does not tell whether its review counts.
    """
    decisions = [event.decision for event in events if event.decision]
    by_policy = all(decision.source == Source.POLICY for decision in decisions)
    if comment.status != Status.IN_REVIEW or not decisions or not by_policy:
        return False
    share = min(MOST_DECOYS, DECOYS * moderator.site.second_share)
    return crc32(f"{comment.pk}:{comment.version}".encode()) / 2**32 < share


def _key_of(assignment: ReviewAssignment) -> str:
    """Return the key of an assigned card; another one after a review that was taken back."""
    key = str(assignment.key)
    if SecondReview.objects.filter(key=key).exists():
        return f"{key}-{uuid4().hex[:8]}"
    return key


def _choices(rules: CompiledPolicy | None, evidence: Evidence) -> list[ClauseChoice]:
    """Return the clauses to reject by; those for which the comment is in review are suggested."""
    judgement = evidence.judgement
    held = evidence.clauses if judgement and judgement.status == Status.IN_REVIEW else ()
    clauses = rules.citable if rules else ()
    return [
        ClauseChoice(clause, str(number) if number <= 9 else "", clause.id in held)
        for number, clause in enumerate(clauses, start=1)
    ]
