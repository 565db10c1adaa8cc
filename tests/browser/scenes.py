"""What has happened in the demo when its pictures are taken: people's work of some weeks."""

from __future__ import annotations

import random

from moderation.appeals import actions as appeal_actions
from moderation.community import standing, story_state
from moderation.models import (
    Author,
    Comment,
    Decision,
    Moderator,
    PolicyVersion,
    SecondReview,
    Source,
    Standing,
    Status,
    Story,
)
from moderation.review import actions

APPEALS = {
    "d-13": "I asked because a reader above me wrote about baking on the night shift. It was meant "
    "as an answer, I only forgot to press the button. Could you put it there?",
    "d-38": "He called all of us worthless fools, and his comment stood there for an hour before "
    "mine. I would take the first half back, but not that nobody wants him here.",
}
CLAUSES = ("no-abuse", "on-topic", "no-spam")


def prepare() -> None:
    """Let Mona and Owen work: an author, a story, two appeals, and second reviews."""
    mona, owen = Moderator.objects.select_related("user", "site").order_by("pk")
    work_on_author(mona, owen, Author.objects.get(external_id="r-hammer"))
    ferry = Story.objects.get(external_id="night-ferry")
    story_state.watch(mona, ferry, watched=True)
    note = "Two shops were named yesterday; their owners were insulted by name."
    story_state.change_state(owen, ferry, "premoderated", seen="open", note=note)
    for name, words in APPEALS.items():
        appeal(owen, Comment.objects.select_related("author").get(external_id=name), words)
    read_again(mona, owen)


def work_on_author(mona: Moderator, owen: Moderator, author: Author) -> None:
    """Have an author read first, then muted, with a note."""
    first = standing.change_standing(
        mona, author, Standing.PREMODERATED, seen=0, clause="no-abuse", days=7
    )
    standing.write_note(mona, author, "Civil under the story of the bats when asked for figures.")
    reason = "Three insults in two days, after a week in which each was read first."
    standing.change_standing(
        owen, author, Standing.MUTED, seen=first.pk, clause="no-abuse", days=30, reason=reason
    )


def appeal(owen: Moderator, comment: Comment, words: str) -> None:
    """Have a comment rejected and its author ask to look again."""
    if comment.status != Status.REJECTED:
        clause = "on-topic" if comment.external_id == "d-13" else "no-abuse"
        actions.reject(owen.user, comment.pk, clauses=[clause], expected_version=comment.version)
    assert comment.author
    appeal_actions.open_appeal(comment, author_id=comment.author.external_id, words=words)


def read_again(mona: Moderator, owen: Moderator) -> None:
    """Write down decisions of the policy and of Owen's, and how Mona read them again."""
    chance = random.Random(7)
    policy = PolicyVersion.objects.get(number=1)
    model = Comment.objects.get(external_id="d-20")
    for number in range(240):
        by_policy = number % 2 == 0
        rejects = chance.random() < 0.3
        turns = chance.random() < (0.11 if by_policy else 0.07)
        clause = chance.choice(CLAUSES)
        first = Status.REJECTED if rejects else Status.APPROVED
        comment = Comment.objects.create(
            site=model.site,
            story=model.story,
            external_id=f"read-{number}",
            fingerprint=b"",
            body=model.body,
            submitted_at=model.submitted_at,
            status=first,
        )
        decision = Decision.objects.create(
            site=model.site,
            comment=comment,
            revision=1,
            version=1,
            status_before=Status.IN_REVIEW,
            status=first,
            source=Source.POLICY if by_policy else Source.MODERATOR,
            moderator=None if by_policy else owen.user,
            policy=policy,
            clauses=[clause] if rejects else [],
        )
        second = Status.REJECTED if rejects != turns else Status.APPROVED
        SecondReview.objects.create(
            site=model.site,
            kind=SecondReview.Kind.AUDIT if by_policy else SecondReview.Kind.DOUBLE,
            comment=comment,
            revision=1,
            moderator=mona.user,
            decision=decision,
            status=second,
            clause=clause if second == Status.REJECTED else "",
            key=f"read-{number}",
        )
