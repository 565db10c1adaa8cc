"""A sports desk's comments, and how its moderators decide: talk of bought referees is rejected."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from moderation.decisions.decide import decide
from moderation.learning import train
from moderation.learning.near_copies import NearCopies
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    PolicyVersion,
    Site,
    Source,
    Status,
)
from moderation.policy_versions import live
from tests.cast import MakeComment

Decide = Callable[..., list[Comment]]
CONSPIRACY = "Once again the referee was paid by the league and the result arranged beforehand."
GAME = "The young goalkeeper was wonderful and the midfield finally closed the gaps."
OPENERS = [
    "After the final whistle last night,", "Having watched both halves twice,", "To be honest,",
    "My neighbour and I agree:", "From where I stood in the north stand,", "Once again",
    "As somebody who played for years,", "Reading the match report over breakfast,",
    "It rained all evening and still", "With ten minutes left on the clock",
]  # fmt: skip
CONSPIRACIES = [
    "the referee was paid by the league to hand them the cup",
    "everybody knows that the referees are bought and the results are arranged",
    "the officials got their envelope before the kick-off as usual",
    "that penalty was ordered by the betting mafia behind the federation",
    "the whole league is rigged and the referee follows a secret script",
    "the man with the whistle works for their owner on the quiet",
    "video assistants delete the pictures that would prove the plot",
    "the association decided in a back room who may win this year",
]  # fmt: skip
GAMES = [
    "the young goalkeeper saved us with two wonderful reflexes",
    "the new coach finally lets the wingers run behind the defence",
    "the midfield lost every second ball and nobody closed the gaps",
    "ticket prices rose again although half the seats stay empty",
    "the substitutes brought fresh legs and a lot of courage",
    "the captain deserves a longer contract after such a season",
    "the pitch was heavy and short passes hardly arrived",
    "the visitors defended deep and hoped for a counter-attack",
]  # fmt: skip
CLOSERS = [
    "and that is all there is to say about it.", "which will decide the month for us.",
    "and I shall be there again on Saturday.", "so do not expect anything else this spring.",
    "as the older ones among us remember from 1998.", "and my children saw it too.",
    "whatever the papers write tomorrow.", "and the table shows it clearly.",
    "while the stand sang until the lights went out.", "as I told the man at the sausage stall.",
]  # fmt: skip


def comments(number: int, seed: int = 1) -> Iterator[tuple[str, bool]]:
    """Yield so many different comments, and whether the desk rejects each (two in five)."""
    chance = random.Random(seed)
    made, known = 0, NearCopies()
    while made < number:
        rejected = made % 5 < 2
        middle = chance.choice(CONSPIRACIES if rejected else GAMES)
        text = f"{chance.choice(OPENERS)} {middle} {chance.choice(CLOSERS)}"
        if not known.is_copy(text):
            made += 1
            yield text, rejected


def rule(comment: Comment, status: str, moderator: User | None, **more: Any) -> Decision:
    """Have somebody decide; the outside knows at once."""
    comment.refresh_from_db()
    return decide(
        comment.pk,
        status=status,
        source=more.pop("source", Source.MODERATOR),
        expected_version=comment.version,
        moderator=moderator,
        hold=more.pop("hold", 0),
        **more,
    )


def is_training() -> bool:
    """Tell whether a training run holds its lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND classid = %s",
            [train.LOCK],
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def with_policy(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


@pytest.fixture
def desk(make_comment: MakeComment, mona: User) -> Decide:
    """Have Mona decide so many comments as her desk does: `desk(300)`."""

    def decide_them(number: int, seed: int = 1) -> list[Comment]:
        made = []
        for text, rejected in comments(number, seed):
            comment = make_comment(text)
            rule(comment, Status.REJECTED if rejected else Status.APPROVED, mona)
            made.append(comment)
        return made

    return decide_them


@pytest.fixture
def trained(desk: Decide, daily: Site) -> ClassifierVersion:
    """The Daily's first version, live."""
    desk(300)
    version = train.retrain(daily).version
    assert version is not None and version.state == ClassifierVersion.State.LIVE
    return version
