"""Several editors at the same moment: one of them is first, all others are told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from moderation.models import PolicyVersion, Site
from moderation.platform.errors import Conflict, Invalid
from moderation.policy import DEFAULT_DOCUMENT, PolicyError
from moderation.policy_versions.drafts import StaleDraft, save_draft
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.policy_versions.publish import publish, revert

PEOPLE = 6
Act = Callable[[int], object]


def document(title: str) -> dict[str, object]:
    return {**copy.deepcopy(DEFAULT_DOCUMENT), "title": title}


def all_at_once(act: Act) -> list[object]:
    """Let several people act at the same moment; return what each got, a refusal included."""

    def one(number: int) -> object:
        try:
            return act(number)
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as people:
        return list(people.map(one, range(PEOPLE)))


def first_of(outcomes: list[object]) -> PolicyVersion:
    """Return what the one who was first made; all others were refused."""
    made = [outcome for outcome in outcomes if isinstance(outcome, PolicyVersion)]
    assert len(made) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == PEOPLE - 1
    return made[0]


@pytest.mark.django_db(transaction=True)
def test_one_of_many_saves_and_publishes(daily: Site, owen: User) -> None:
    ensure_default(daily)
    started = first_of(
        all_at_once(lambda n: save_draft(daily, document=document(f"A{n}"), user=owen, seen=None))
    )
    seen = started.updated_at
    saved = first_of(
        all_at_once(lambda n: save_draft(daily, document=document(f"B{n}"), user=owen, seen=seen))
    )
    assert PolicyVersion.objects.get(number=None).document == saved.document
    published = first_of(
        all_at_once(lambda n: publish(daily, user=owen, seen=saved.updated_at, note=str(n)))
    )
    assert published.number == 2 and live_policy(daily)[1].title == saved.document["title"]
    first_of(all_at_once(lambda n: revert(daily, number=1, user=owen, live_number=2)))
    assert list(PolicyVersion.objects.order_by("number").values_list("number", flat=True)) == [
        1,
        2,
        3,
    ]


@pytest.mark.django_db
def test_the_refused_one_is_told_what_is_there(daily: Site, owen: User) -> None:
    first = save_draft(daily, document=document("First"), user=owen, seen=None)
    with pytest.raises(StaleDraft) as refused:
        save_draft(daily, document=document("Second"), user=owen, seen=None)
    assert refused.value.current == first and refused.value.current.edited_by == owen


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\ud800", "\x00", float("nan"), "x" * 8_000_001])
def test_what_cannot_be_stored_is_refused_in_words(daily: Site, owen: User, value: object) -> None:
    with pytest.raises(Invalid):
        save_draft(daily, document={"title": value}, user=owen, seen=None)
    assert not PolicyVersion.objects.filter(number=None).exists()


@pytest.mark.django_db
def test_the_letters_of_an_escape_are_ordinary_letters(daily: Site, owen: User) -> None:
    saved = save_draft(daily, document={"title": "\\u0000"}, user=owen, seen=None)
    assert saved.document == {"title": "\\u0000"}


@pytest.mark.django_db
def test_an_invalid_draft_is_kept_but_never_published(daily: Site, owen: User) -> None:
    ensure_default(daily)
    draft = save_draft(daily, document={"title": ""}, user=owen, seen=None)
    with pytest.raises(PolicyError):
        publish(daily, user=owen, seen=draft.updated_at)
    assert live_policy(daily)[0].number == 1
    assert PolicyVersion.objects.get(number=None).document == {"title": ""}
