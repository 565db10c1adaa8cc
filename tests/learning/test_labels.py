"""Labels: what counts as one, and how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from moderation.decisions.decide import resubmit
from moderation.intake.erase import erase_comment
from moderation.learning import label_sets, train
from moderation.learning.labels import Label, Provenance, stream_labels
from moderation.learning.near_copies import NearCopies
from moderation.models import (
    Author,
    Comment,
    Decision,
    Site,
    Source,
    Status,
)
from moderation.review import actions
from tests.cast import MakeComment
from tests.desk import comments, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]


def labels_of(site: Site) -> dict[int, int]:
    """The site's labels: comment → rejected."""
    return {label.comment_pk: label.rejected for label in stream_labels(site)}


def label(number: int, **fields: Any) -> Label:
    """A label that is in no database."""
    made = Label(
        decision_pk=number,
        comment_pk=number,
        story_pk=1,
        parent_pk=None,
        author_pk=None,
        moderator_pk=1,
        text=f"text {number}",
        rejected=number % 2,
        provenance=Provenance.MODERATOR,
        decided_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    )
    return made._replace(**fields)


def test_the_last_word_of_a_person_is_the_label(
    make_comment: MakeComment, daily: Site, herald: Site, mona: User
) -> None:
    approved, rejected, changed, appealed, imported = (make_comment() for _ in range(5))
    rule(approved, Status.APPROVED, mona)
    rule(rejected, Status.REJECTED, mona)
    rule(changed, Status.APPROVED, mona)
    rule(changed, Status.REJECTED, mona)
    wrong = rule(appealed, Status.REJECTED, mona)
    rule(appealed, Status.APPROVED, mona, source=Source.APPEAL, reverses=wrong)
    rule(imported, Status.REJECTED, None, source=Source.IMPORT)
    assert labels_of(daily) == {
        approved.pk: 0, rejected.pk: 1, changed.pk: 1, appealed.pk: 0, imported.pk: 1
    }  # fmt: skip
    provenance = {each.comment_pk: each.provenance for each in stream_labels(daily)}
    assert provenance[appealed.pk] == Provenance.APPEAL
    assert provenance[imported.pk] == Provenance.IMPORT
    assert labels_of(herald) == {}


def test_what_is_no_final_word_of_a_person_is_no_label(
    make_comment: MakeComment, daily: Site, mona: User
) -> None:
    by_policy, overruled, sent_back, in_hold, edited = (make_comment() for _ in range(5))
    rule(by_policy, Status.REJECTED, None, source=Source.POLICY)
    rule(overruled, Status.APPROVED, mona)
    rule(overruled, Status.IN_REVIEW, None, source=Source.POLICY)  # readers flagged it
    rule(sent_back, Status.REJECTED, mona)
    rule(sent_back, Status.IN_REVIEW, mona)
    rule(in_hold, Status.REJECTED, mona, hold=60)
    rule(edited, Status.REJECTED, mona)
    Comment.objects.filter(pk=edited.pk).update(revision=2)
    resubmit(edited.pk)
    assert labels_of(daily) == {}


def test_undone_decisions_are_no_labels_and_what_they_covered_stands_again(
    make_comment: MakeComment, daily: Site, mona: User
) -> None:
    undone, uncovered, at_once = (make_comment(status=Status.IN_REVIEW) for _ in range(3))
    actions.undo(mona, rule(undone, Status.REJECTED, mona).pk)
    rule(uncovered, Status.APPROVED, mona)
    actions.undo(mona, rule(uncovered, Status.REJECTED, mona).pk)
    actions.undo(mona, rule(at_once, Status.REJECTED, mona, hold=60).pk)
    assert Decision.objects.filter(withheld=True).exists()
    assert labels_of(daily) == {uncovered.pk: 0}


def test_erased_comments_vanish_from_the_labels(
    make_comment: MakeComment, daily: Site, mona: User
) -> None:
    kept, erased = make_comment(), make_comment()
    for comment in (kept, erased):
        rule(comment, Status.REJECTED, mona)
    erase_comment(erased)
    assert labels_of(daily) == {kept.pk: 1}


def test_labels_come_page_by_page(
    make_comment: MakeComment, daily: Site, mona: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moderation.learning.labels.PAGE", 2)
    pks = [make_comment().pk for _ in range(5)]
    for pk in pks:
        rule(Comment.objects.get(pk=pk), Status.APPROVED, mona)
    assert [each.comment_pk for each in stream_labels(daily)] == pks[::-1]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("BUY my tickets, at www.cheap.example NOW, only 12 left for you and yours", True),
        ("buy my tickets at www.cheap.example now only 99 left for you and yours", True),
        ("I bought tickets too, but at the counter, and the man was friendly", False),
        ("", False),
    ],
)
def test_near_copies_are_told_from_other_texts(text: str, copy: bool) -> None:
    known = NearCopies()
    assert not known.is_copy(
        "Buy my tickets at www.cheap.example now, only 50 left, for you and yours!"
    )
    assert known.is_copy(text) is copy


def test_a_long_text_with_few_changes_is_a_copy() -> None:
    words = [f"word{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(300)]
    known = NearCopies()
    assert not known.is_copy(" ".join(words))
    words[150] = "changed"
    assert known.is_copy(" ".join(words))


def test_of_copies_the_newest_counts_and_one_author_counts_a_few_times(
    make_comment: MakeComment, daily: Site, mona: User, ravi: Author
) -> None:
    for _ in range(3):
        newest = make_comment("The same words posted over and over again by somebody.")
        rule(newest, Status.REJECTED, mona)
    for text, _ in comments(12):
        rule(make_comment(text, author=ravi), Status.APPROVED, mona)
    found = label_sets.collect(daily)
    assert found.copies == 2
    assert found.over_author_cap == 12 - label_sets.AUTHOR_LEAST
    assert [each.comment_pk for each in found.labels if each.rejected] == [newest.pk]


def test_no_moderator_is_louder_than_the_others_together_allow() -> None:
    labels = [label(number, moderator_pk=1) for number in range(900)]
    labels += [label(number, moderator_pk=2 + number % 9) for number in range(900, 1000)]
    weights = label_sets.balanced_weights(labels)
    loud = sum(weights[:900])
    assert loud / sum(weights) == pytest.approx(label_sets.VOICE_SHARE)
    assert set(weights[900:]) == {1.0}
    # Alone, a moderator is heard in full; an import counts half.
    assert set(label_sets.balanced_weights(labels[:10])) == {1.0}
    imported = [label(1, provenance=Provenance.IMPORT, moderator_pk=None)]
    assert label_sets.balanced_weights(imported) == [0.5]


def test_the_past_is_learned_and_the_future_is_the_test(
    make_comment: MakeComment, daily: Site
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    texts = [text for text, _ in comments(40)]
    # The import's lines come newest first: the order of the rows is not the order of time.
    for day in reversed(range(40)):
        comment = make_comment(texts[day], submitted_at=start + timedelta(days=day))
        rule(comment, Status.APPROVED, None, source=Source.IMPORT)
    learned, later = train.split(label_sets.collect(daily).labels)
    assert (len(learned), len(later)) == (30, 10)
    assert max(each.decided_at for each in learned) < min(each.decided_at for each in later)
    assert [each.text for each in later] == texts[30:]
