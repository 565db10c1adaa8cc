"""An author's standing: who may change it, what follows from it, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from moderation.community.authors import find_author, standing_label
from moderation.community.standing import change_standing, undo_standing, write_note
from moderation.importing.run import import_records
from moderation.intake import edit
from moderation.intake.erase import erase_author
from moderation.intake.submit import Submission, submit_batch, submit_comment
from moderation.models import (
    Author,
    Comment,
    Moderator,
    Role,
    Site,
    Standing,
    StandingChange,
)
from moderation.platform.errors import Conflict, Invalid, ModerationError, NotAllowed, NotFound
from moderation.platform.errors import Suspended as Refused
from moderation.policy import Facts, apply_site_rules, parse, priority_of
from moderation.policy.default import DEFAULT_DOCUMENT
from moderation.policy_versions.live import ensure_default
from moderation.scoring.context import Subject, gather
from tests.cast import MakeComment, make_moderator

WHY = {"reason": "Third insult this week."}


@pytest.fixture
def senior(daily: Site) -> Moderator:
    """Sven, a senior moderator of The Daily."""
    ensure_default(daily)
    user = make_moderator("sven", daily, Role.SENIOR)
    return Moderator.objects.get(user=user)


@pytest.fixture
def junior(mona: User) -> Moderator:
    return Moderator.objects.get(user=mona)


def latest(author: Author) -> int:
    return StandingChange.objects.filter(author=author).order_by("-pk")[0].pk


def suspend(senior: Moderator, author: Author, **more: Any) -> StandingChange:
    given = {"seen": 0, "days": 7, "clause": "no-abuse", **WHY, **more}
    return change_standing(senior, author, Standing.SUSPENDED, **given)


def sent(author: str = "ravi", **fields: Any) -> Submission:
    return Submission("Well said!", story_external_id="s", author_external_id=author, **fields)


def test_a_suspended_author_is_refused_with_the_end_and_the_reason(
    senior: Moderator, ravi: Author, daily: Site
) -> None:
    known = submit_comment(daily, sent(external_id="c-1"))
    change = suspend(senior, ravi)
    with pytest.raises(Refused) as refused:
        submit_comment(daily, sent())
    assert change.until and refused.value.until == change.until
    assert f"Suspended until {change.until.day} {change.until:%B %Y}" in refused.value.message
    assert "Third insult this week." in refused.value.message
    # What was accepted before is known all the same, and others are not concerned.
    again = submit_comment(daily, sent(external_id="c-1"))
    assert again.replayed and again.comment_id == known.comment_id
    results = submit_batch(daily, [sent("nora"), sent(), sent(external_id="c-1")])
    assert [isinstance(each, ModerationError) for each in results] == [False, True, False]
    with pytest.raises(Refused):
        edit.edit_comment(Comment.objects.get(external_id="c-1"), body="Another text.")


def test_the_clause_stands_for_the_reason_where_there_are_no_words(
    senior: Moderator, ravi: Author, daily: Site
) -> None:
    suspend(senior, ravi, reason="")
    with pytest.raises(Refused, match="No personal abuse"):
        submit_comment(daily, sent())


def test_a_suspension_ends_by_itself(senior: Moderator, ravi: Author, daily: Site) -> None:
    suspend(senior, ravi)
    ravi.refresh_from_db()
    assert standing_label(ravi) == "Suspended"
    Author.objects.update(standing_until=Now() - timedelta(seconds=1))
    ravi.refresh_from_db()
    assert standing_label(ravi) == ""
    assert find_author(daily, ravi.pk).standing == Standing.NORMAL  # type: ignore[union-attr]
    assert not submit_comment(daily, sent()).replayed


def test_on_another_site_the_same_author_may_write(
    senior: Moderator, ravi: Author, herald: Site
) -> None:
    suspend(senior, ravi)
    assert not submit_comment(herald, sent()).replayed


def test_history_is_imported_whatever_holds_today(
    senior: Moderator, ravi: Author, daily: Site
) -> None:
    suspend(senior, ravi)
    line = b'{"id": "old", "story": {"id": "s"}, "author": {"id": "ravi"}, "body": "Once."}'
    assert import_records(daily, [line]).stored == 1


def test_who_may_decide_what(junior: Moderator, senior: Moderator, ravi: Author, eve: User) -> None:
    for standing in (Standing.SUSPENDED, Standing.MUTED, Standing.TRUSTED):
        with pytest.raises(NotAllowed):
            change_standing(junior, ravi, standing, seen=0, days=1, **WHY)
    change_standing(junior, ravi, Standing.PREMODERATED, seen=0, **WHY)
    suspend(senior, ravi, seen=latest(ravi))
    with pytest.raises(NotAllowed):
        change_standing(junior, ravi, Standing.NORMAL, seen=latest(ravi))
    with pytest.raises(NotAllowed):
        undo_standing(junior, ravi, seen=latest(ravi))
    foreign = Moderator.objects.get(user=eve)
    with pytest.raises(NotFound):
        change_standing(foreign, ravi, Standing.PREMODERATED, seen=0, **WHY)
    with pytest.raises(NotFound):
        write_note(foreign, ravi, "Hello.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"days": 2},
        {"clause": "", "reason": ""},
        {"clause": "", "reason": "\u200b "},
        {"clause": "no-such-clause"},
        {"reason": "x" * 161},
        {"reason": "nul \x00"},
    ],
)
def test_a_suspension_has_an_end_and_a_reason(
    senior: Moderator, ravi: Author, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        suspend(senior, ravi, **wrong)
    assert not StandingChange.objects.exists()


def test_the_second_of_two_hears_who_was_first(senior: Moderator, ravi: Author) -> None:
    suspend(senior, ravi)
    with pytest.raises(Conflict, match="Sven changed this meanwhile"):
        change_standing(senior, ravi, Standing.TRUSTED, seen=0, **WHY)
    assert StandingChange.objects.count() == 1


def test_undo_brings_back_what_held_before(senior: Moderator, ravi: Author) -> None:
    change_standing(senior, ravi, Standing.MUTED, seen=0, reason="Spiteful.")
    suspend(senior, ravi, seen=latest(ravi))
    back = undo_standing(senior, ravi, seen=latest(ravi))
    assert (back.standing, back.reason, back.until) == (Standing.MUTED, "Spiteful.", None)
    ravi.refresh_from_db()
    assert (ravi.standing, ravi.standing_until) == (Standing.MUTED, None)
    with pytest.raises(Conflict):
        undo_standing(senior, ravi, seen=back.pk)


def test_undo_does_not_bring_back_what_has_ended(senior: Moderator, ravi: Author) -> None:
    first = suspend(senior, ravi)
    with transaction.atomic():
        # Time passes: the change itself cannot be edited.
        StandingChange.objects.filter(pk=first.pk).delete()
        StandingChange.objects.create(
            author=ravi, standing=Standing.SUSPENDED, until=Now() - timedelta(hours=1)
        )
    change_standing(senior, ravi, Standing.TRUSTED, seen=latest(ravi), **WHY)
    assert undo_standing(senior, ravi, seen=latest(ravi)).standing == Standing.NORMAL


def test_a_change_is_final(senior: Moderator, ravi: Author) -> None:
    change = suspend(senior, ravi)
    with pytest.raises(Exception, match="final"), transaction.atomic():
        StandingChange.objects.filter(pk=change.pk).update(reason="Nothing.")


def test_erasing_the_author_erases_notes_and_changes(
    senior: Moderator, ravi: Author, daily: Site
) -> None:
    suspend(senior, ravi)
    write_note(senior, ravi, "Writes at night.")
    erase_author(daily, "ravi")
    assert not StandingChange.objects.exists() and not Author.objects.exists()


@pytest.mark.parametrize("standing", ["premoderated", "muted", "suspended"])
def test_a_person_reads_what_the_policy_would_approve(standing: str) -> None:
    judge = parse(DEFAULT_DOCUMENT)
    facts = Facts(body="Well said!", signals={"toxicity": 0.0}, author_standing=standing)
    verdict = apply_site_rules(judge, facts, story_state="open")
    assert verdict.outcome == "review" and verdict.reasons[-1].rule == "author-held"
    closed = apply_site_rules(
        judge, Facts(body="x", signals={"toxicity": 0.0}, story_open=False), story_state="closed"
    )
    assert closed.outcome == "reject"  # a rejection stays one
    assert (priority_of(facts) < 0) == (standing == "muted")


def test_a_policy_may_trust() -> None:
    trusting = {
        "id": "trusted",
        "outcome": "approve",
        "when": [{"fact": "author_standing", "is": "is", "value": "trusted"}],
    }
    document = {**DEFAULT_DOCUMENT, "default": "review", "rules": [trusting]}
    judge = parse(document)
    for standing, outcome in (("trusted", "approve"), ("normal", "review")):
        facts = Facts(body="Well said!", signals={"toxicity": 0.0}, author_standing=standing)
        assert apply_site_rules(judge, facts, story_state="open").outcome == outcome


def test_the_standing_is_a_fact_of_the_comment(
    senior: Moderator, ravi: Author, make_comment: MakeComment
) -> None:
    comment = make_comment(author=ravi)
    subject = Subject.of(comment)
    assert gather([subject])[0].facts.author_standing == "normal"
    change_standing(senior, ravi, Standing.TRUSTED, seen=0, **WHY)
    assert gather([subject])[0].facts.author_standing == "trusted"
