"""Everything that the review room shows of one comment, gathered before the template runs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4
from zlib import crc32

from django.contrib.auth.models import User

from moderation.community.authors import standing_label
from moderation.community.flagger_record import FlaggerRecord, weighed_flags
from moderation.decisions.latest_score import latest_score
from moderation.models import (
    Comment,
    Decision,
    Escalation,
    Flag,
    Moderator,
    PolicyVersion,
    ReviewAssignment,
    Score,
    SecondReview,
    Source,
    Status,
    Story,
)
from moderation.policy import Clause, CompiledPolicy, PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.quality.sampling import open_assignment
from moderation.review.comment_history import (
    AuthorCounts,
    Event,
    author_record,
    comment_history,
    is_deferred,
    latest_automatic_decision,
    latest_decision,
    marked_wrong,
    open_escalations,
)
from moderation.templatetags.comment_text import Mark
from moderation.web.review.content_warnings import is_covered
from moderation.web.review.highlights import build_marks
from moderation.web.review.reasons import (
    SHOWN_SIGNALS,
    ReasonLine,
    SignalLine,
    cited,
    reason_lines,
    signal_lines,
)

LEAD_LENGTH = 280
# Below this the closest passage of the story has nothing to do with the comment.
LEAST_SIMILARITY = 0.05
# To each comment that is read again come so many ordinary ones that look the same, up to a share.
DECOYS, MOST_DECOYS = 3, 0.5
MARKS = {
    "banned": "banned word",
    "suspect": "suspect word",
    "weighed": "weighed in the signals",
}


@dataclass(frozen=True, slots=True)
class MatchedPassage:
    """The part of the story that the comment is closest to, and how close (0-1)."""

    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """A clause by which the comment may be rejected; `key` is "1" to "9" or "" past the ninth."""

    clause: Clause
    key: str
    held: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event; with a decision's clauses ("2 No personal abuse"), or a flagger's record."""

    event: Event
    clauses: list[str]
    record: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One comment with its context. `key` makes pressing a button twice one decision.

    `kept_back`: nothing tells what the policy or anybody thought of it, until it is decided.
    """

    comment: Comment
    decision: Decision | None
    score: Score | None
    policy: PolicyVersion | None
    record: AuthorCounts
    # The author's standing in words, "" when it is the normal one; how many notes there are.
    standing: str
    notes: int
    history: list[HistoryLine]
    reasons: list[ReasonLine]
    signals: list[SignalLine]
    more_signals: list[SignalLine]
    marks: list[Mark]
    lead: str
    passage: MatchedPassage | None
    choices: list[ClauseChoice]
    can_approve: bool
    can_reject: bool
    reader: User | None
    escalations: list[Escalation]
    deferred: bool
    reasons_open: bool
    called_wrong: bool
    covered: bool
    kept_back: bool
    key: str

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The kinds of marks in the text, and what they mean."""
        kinds = {mark.kind for mark in self.marks}
        return [(kind, words) for kind, words in MARKS.items() if kind in kinds]


def find_policy(site_pk: int) -> tuple[PolicyVersion | None, CompiledPolicy | None]:
    """Return the live policy, or nothing when none can be read: the page must open all the same."""
    try:
        return live_policy(site_pk)
    except (NoPolicyError, PolicyError):
        return None, None


def build_card(comment: Comment, moderator: Moderator, *, reader: User | None = None) -> Card:
    """Gather what the page shows of `comment`; its story, author and parent are loaded already.

    Before a decision the reasons are folded away, unless the site wants them seen: people who see
    a machine's opinion first tend to share it. A comment that the person is to read again is shown
    as one that waits, its reasons kept back. reader: another moderator who has claimed it.
    """
    policy, program = find_policy(comment.site_id)
    history = comment_history(comment)
    decision = latest_decision(history)
    judgement = _judgement(comment, decision)
    score = latest_score(comment)
    signals = signal_lines(score, program)
    covered = is_covered(moderator, judgement.clauses if judgement else (), signals)
    draw = open_assignment(moderator.user, comment)
    if draw:
        comment.status = Status.IN_REVIEW
    kept_back = draw is not None or _is_kept_back(comment, moderator, history)
    if kept_back:
        judgement, signals = None, []
        history = [event for event in history if not event.decision]
    shown = max(SHOWN_SIGNALS, sum(signal.over for signal in signals))
    waits = comment.status == Status.IN_REVIEW
    return Card(
        comment=comment,
        decision=decision,
        score=score,
        policy=policy,
        record=author_record(comment.author, excluding=comment),
        standing=standing_label(comment.author),
        notes=comment.author.notes.count() if comment.author else 0,
        history=_history(comment, history),
        reasons=reason_lines(judgement),
        signals=signals[:shown],
        more_signals=signals[shown:],
        marks=[] if kept_back else build_marks(comment, judgement, signals),
        lead=_lead(comment.story),
        passage=_passage(comment.story, score),
        choices=_choices(program, judgement),
        can_approve=comment.status != Status.APPROVED and comment.erased_at is None,
        can_reject=comment.status != Status.REJECTED and comment.erased_at is None,
        reader=reader,
        escalations=open_escalations(comment),
        deferred=is_deferred(comment),
        reasons_open=not waits or (moderator.site.show_reasons and not kept_back),
        called_wrong=marked_wrong(moderator.user, score),
        covered=covered,
        kept_back=kept_back,
        key=_key_of(draw) if draw else str(uuid4()),
    )


def _judgement(comment: Comment, decision: Decision | None) -> Decision | None:
    """Return the act for which the comment is where it is.

    One that a person put back waits for what the policy said of it, not for that act.
    """
    by_person = decision is not None and decision.source == Source.MODERATOR
    waits = comment.status == Status.IN_REVIEW
    return latest_automatic_decision(comment) if waits and by_person else decision


def _is_kept_back(comment: Comment, moderator: Moderator, history: list[Event]) -> bool:
    """Tell whether an ordinary comment is shown as those that are read again are.

    It is, for DECOYS as many of them, where nothing but the policy's own act would be missed: so
    the look of a card does not tell what it is.
    """
    decisions = [event.decision for event in history if event.decision]
    by_policy = all(each.source == Source.POLICY for each in decisions)
    if comment.status != Status.IN_REVIEW or not decisions or not by_policy:
        return False
    share = min(MOST_DECOYS, DECOYS * moderator.site.second_share)
    return crc32(f"{comment.pk}:{comment.version}".encode()) / 2**32 < share


def _key_of(draw: ReviewAssignment) -> str:
    """Return the key of a drawn card; another one after a reading that was taken back."""
    key = str(draw.key)
    if SecondReview.objects.filter(key=key).exists():
        return f"{key}-{uuid4().hex[:8]}"
    return key


def _history(comment: Comment, events: list[Event]) -> list[HistoryLine]:
    flagged = any(event.flag for event in events)
    weighed = weighed_flags([comment.pk]).get(comment.pk, []) if flagged else []
    records = {flag.pk: flag.record for flag in weighed}
    return [_history_line(event, records) for event in events]


def _history_line(event: Event, records: dict[int, FlaggerRecord]) -> HistoryLine:
    clauses = cited(event.decision) if event.decision else []
    return HistoryLine(event, clauses, _record_words(event.flag, records))


def _record_words(flag: Flag | None, records: dict[int, FlaggerRecord]) -> str:
    """Say how often whoever flagged was right before; "" for what is no flag."""
    record = records.get(flag.pk) if flag else None
    if record is None:
        return ""
    looked_at = record.right + record.wrong
    if not looked_at:
        return "nothing known of earlier reports"
    reports = "report was" if looked_at == 1 else "reports were"
    return f"{record.right} of {looked_at} earlier {reports} right"


def _lead(story: Story) -> str:
    """Return the story's first sentences."""
    paragraph = story.body.strip().split("\n", 1)[0]
    if len(paragraph) <= LEAD_LENGTH:
        return paragraph
    return paragraph[:LEAD_LENGTH].rsplit(" ", 1)[0] + "…"


def _passage(story: Story, score: Score | None) -> MatchedPassage | None:
    found = score.passage if score else None
    if not isinstance(found, dict) or found.get("field", found.get("source")) == "title":
        return None
    start, end = found.get("start"), found.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    text = story.body[max(0, start) : max(0, end)].strip()
    similarity = float(found.get("similarity") or 0.0)
    return MatchedPassage(text, similarity) if text and similarity >= LEAST_SIMILARITY else None


def _choices(program: CompiledPolicy | None, decision: Decision | None) -> list[ClauseChoice]:
    held = set(decision.clauses) if decision and decision.status == Status.IN_REVIEW else set()
    clauses = program.citable if program else ()
    return [
        ClauseChoice(clause, str(number) if number <= 9 else "", clause.id in held)
        for number, clause in enumerate(clauses, start=1)
    ]
