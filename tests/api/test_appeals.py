"""Appeals by the API: sent for the author, read with their answers, told to the publisher."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.appeals import actions as appeal_actions
from moderation.models import Appeal, Author, Comment, PolicyVersion, Status
from tests.api.calls import COMMENTS, get, post, problem
from tests.cast import MakeComment
from tests.desk import rule

pytestmark = pytest.mark.django_db
PATH = f"{COMMENTS}/c-1/appeals"
APPEAL = {"author_id": "ravi", "words": "I quoted the mayor, word for word."}


@pytest.fixture(autouse=True)
def rejected(
    make_comment: MakeComment, mona: User, ravi: Author, with_policy: PolicyVersion
) -> Comment:
    """A comment of Ravi's that Mona rejected."""
    comment = make_comment("What the mayor said.", external_id="c-1", author=ravi)
    rule(comment, Status.REJECTED, mona, clauses=["no-abuse"], policy=with_policy)
    comment.refresh_from_db()
    return comment


def test_an_appeal_is_taken_once(api_key: str) -> None:
    first, second = (post(api_key, APPEAL, PATH) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    said = first.json()
    assert (said["state"], said["body"], said["answer"]) == ("open", "What the mayor said.", "")
    assert get(api_key, PATH).json() == {"appeals": [said]}
    problem(post(api_key, {**APPEAL, "words": "And more."}, PATH), 409, "already_appealed")


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        ({}, 422, "missing", "words"),
        ({"words": "x"}, 422, "not_the_author", "author_id"),
        ({**APPEAL, "author_id": "greta"}, 422, "not_the_author", "author_id"),
        ({**APPEAL, "words": ""}, 422, "empty", "words"),
        ({**APPEAL, "words": "x" * 2001}, 422, "too_long", "words"),
        ({**APPEAL, "words": 7}, 422, "wrong_type", "words"),
        ({**APPEAL, "more": 1}, 422, "unknown_field", "more"),
    ],
)
def test_it_refuses_what_is_no_appeal(
    api_key: str, sent: dict, status: int, code: str, field: str
) -> None:
    problem(post(api_key, sent, PATH), status, code, field)
    assert not Appeal.objects.exists()


def test_only_a_rejected_comment_of_the_site(
    api_key: str, make_comment: MakeComment, ravi: Author
) -> None:
    make_comment(external_id="c-2", author=ravi, status=Status.APPROVED)
    problem(post(api_key, APPEAL, f"{COMMENTS}/c-2/appeals"), 409, "not_rejected")
    problem(post(api_key, APPEAL, f"{COMMENTS}/none/appeals"), 404, "not_found")
    problem(get(api_key, f"{COMMENTS}/none/appeals"), 404, "not_found")


def test_the_answer_shows_after_the_hold(api_key: str, owen: User) -> None:
    post(api_key, APPEAL, PATH)
    made = Appeal.objects.get()
    appeal_actions.grant(owen, made.pk, expected_version=2, answer="You are right.")
    held = get(api_key, PATH).json()["appeals"][0]
    assert (held["state"], held["answer"], held["answered_at"]) == ("open", "", None)


def test_without_a_hold_the_answer_is_told_at_once(
    api_key: str, owen: User, settings: pytest.fixture
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 0
    post(api_key, APPEAL, PATH)
    appeal_actions.uphold(owen, Appeal.objects.get().pk, expected_version=2, answer="He did not.")
    said = get(api_key, PATH).json()["appeals"][0]
    assert (said["state"], said["answer"]) == ("upheld", "He did not.")
    assert said["answered_at"]
    comment = get(api_key, f"{COMMENTS}/c-1").json()
    assert comment["decision"]["source"] == "appeal"
    assert comment["decision"]["clauses"][0]["id"] == "no-abuse"
    problem(post(api_key, {**APPEAL, "words": "Again."}, PATH), 409, "appeal_answered")


def test_the_address_for_the_author_works(api_key: str) -> None:
    address = get(api_key, f"{COMMENTS}/c-1").json()["decision_url"]
    page = Client().get(address.removeprefix("http://localhost:8000"))
    assert page.status_code == 200
    assert "What the mayor said." in page.content.decode()
