"""Submitting a comment, as a publisher's system does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation.accounts import api_keys
from moderation.models import Author, Comment, Site, Story
from moderation.platform import memo
from tests.api.calls import COMMENTS, comment, get, post, problem

pytestmark = pytest.mark.django_db


def test_comment_is_stored_as_sent(api_key: str) -> None:
    answer = post(
        api_key,
        {
            "id": "c-1",
            "story": {"id": "s-1", "title": "A bridge", "url": "https://daily.example/bridge"},
            "author": {"id": "ravi", "name": "Ravi"},
            "body": "  Fine bridge.\r\n\r\nReally — 桥 👍🏽 ",
            "submitted_at": "2026-03-01T10:30:00+01:00",
        },
    )
    assert answer.status_code == 202, answer.content
    assert answer.json() == {
        "id": "c-1",
        "status": "pending",
        "url": "http://localhost:8000/api/v1/comments/c-1",
    }
    assert answer["Location"] == answer.json()["url"]
    stored = Comment.objects.select_related("story", "author").get()
    assert stored.body == "  Fine bridge.\r\n\r\nReally — 桥 👍🏽 "
    assert (stored.story.title, stored.author.name) == ("A bridge", "Ravi")
    assert stored.submitted_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_story_and_body_are_enough_and_an_id_is_made(api_key: str) -> None:
    first = post(api_key, comment())
    second = post(api_key, comment())
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] != second.json()["id"]
    assert get(api_key, f"{COMMENTS}/{first.json()['id']}").json()["status"] == "pending"


def test_story_may_be_known_by_its_url_alone(api_key: str) -> None:
    for _ in range(2):
        answer = post(api_key, {"story": {"url": "https://daily.example/a"}, "body": "Hello."})
        assert answer.status_code == 202
    assert Story.objects.get().url == "https://daily.example/a"


def test_story_sent_once_keeps_what_was_told(api_key: str) -> None:
    story = {"id": "s-1", "title": "One", "body": "Long text", "section": "City"}
    post(api_key, {"story": story, "body": "First."})
    post(api_key, comment("Second."))
    post(api_key, {"story": {"id": "s-1", "title": "Two"}, "body": "Third."})
    kept = Story.objects.get()
    assert (kept.title, kept.body, kept.section) == ("Two", "Long text", "City")


def test_author_keeps_the_newest_name_and_comments_their_own(api_key: str) -> None:
    for name in ("Ravi", "Ravi K.", ""):
        post(api_key, comment(author={"id": "ravi", "name": name}))
    assert Author.objects.get().name == "Ravi K."
    assert list(Comment.objects.order_by("id").values_list("author_name", flat=True)) == [
        "Ravi",
        "Ravi K.",
        "",
    ]


def test_reply_stands_under_its_parent(api_key: str) -> None:
    post(api_key, comment(id="c-1"))
    assert post(api_key, comment(id="c-2", parent_id="c-1")).status_code == 202
    assert Comment.objects.get(external_id="c-2").parent.external_id == "c-1"
    assert get(api_key, f"{COMMENTS}/c-2").json()["parent_id"] == "c-1"


def test_reply_needs_a_parent_under_the_same_story(api_key: str) -> None:
    problem(post(api_key, comment(parent_id="nobody")), 422, "unknown_parent", "parent_id")
    post(api_key, comment(id="c-1"))
    other = {"story": {"id": "s-2"}, "body": "Reply.", "parent_id": "c-1"}
    problem(post(api_key, other), 422, "other_story", "parent_id")
    assert Comment.objects.count() == 1


def test_same_id_same_comment_is_one_comment(api_key: str) -> None:
    first = post(api_key, comment(id="c-1"))
    again = post(api_key, comment(id="c-1"))
    assert (first.status_code, again.status_code) == (202, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert Comment.objects.count() == 1


def test_same_id_other_comment_is_refused(api_key: str) -> None:
    post(api_key, comment(id="c-1"))
    refusal = problem(post(api_key, comment("Another.", id="c-1")), 409, "id_reused", "id")
    assert "PATCH" in refusal["detail"]
    assert Comment.objects.get().body == comment()["body"]


def test_same_idempotency_key_is_one_comment(api_key: str) -> None:
    first = post(api_key, comment(), Idempotency_Key="k-1")
    again = post(api_key, comment(), Idempotency_Key='"k-1"')
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    other = post(api_key, comment("Another."), Idempotency_Key="k-1")
    problem(other, 422, "idempotency_key_reused", "Idempotency-Key")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "käse", "two words", '""', "tab\tkey"])
def test_unusable_idempotency_key_is_refused(api_key: str, key: str) -> None:
    answer = post(api_key, comment(), Idempotency_Key=key)
    problem(answer, 400, "invalid_idempotency_key", "Idempotency-Key")


def test_batch_takes_each_comment_for_itself(api_key: str) -> None:
    batch = [
        comment(id="c-1"),
        comment(id="c-2", parent_id="c-1"),
        comment(" ", id="c-3"),
        comment(id="c-1"),
        comment("Different.", id="c-1"),
        comment(id="c-4", colour="red"),
        5,
        comment(id="c-5", parent_id="c-2"),
    ]
    answer = post(api_key, {"comments": batch}, COMMENTS + "/batch")
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [one["status_code"] for one in results] == [202, 202, 422, 200, 409, 422, 422, 202]
    assert [one["index"] for one in results] == list(range(8))
    assert results[2]["problem"]["code"] == "empty"
    assert results[3]["replayed"] is True
    assert results[5]["problem"]["field"] == "colour"
    assert (answer.json()["accepted"], answer.json()["refused"]) == (4, 4)
    assert Comment.objects.count() == 3


def test_batch_can_be_sent_again(api_key: str) -> None:
    batch = {"comments": [comment("One."), comment("Two.")]}
    first = post(api_key, batch, COMMENTS + "/batch", Idempotency_Key="b-1").json()
    again = post(api_key, batch, COMMENTS + "/batch", Idempotency_Key="b-1").json()
    assert [one["id"] for one in first["results"]] == [one["id"] for one in again["results"]]
    assert Comment.objects.count() == 2


def test_batch_has_a_size(api_key: str) -> None:
    path = COMMENTS + "/batch"
    problem(post(api_key, {"comments": []}, path), 422, field="comments")
    problem(post(api_key, {"comments": [5] * 1001}, path), 413, "too_large", "comments")
    full = [comment(f"Number {number}.") for number in range(1000)]
    assert post(api_key, {"comments": full}, path).json()["accepted"] == 1000


def test_rate_limit_is_told_and_kept(api_key: str, settings) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 3
    answer = post(api_key, comment())
    assert answer["RateLimit-Policy"] == '"default";q=3;w=60'
    assert answer["RateLimit"].startswith('"default";r=2;t=')
    post(api_key, comment())
    post(api_key, comment())
    refused = post(api_key, comment())
    problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert Comment.objects.count() == 3


def test_key_with_an_end_stops_working(daily: Site) -> None:
    row, plain = api_keys.create_key(daily, "k", ["submit"], datetime.now(UTC) + timedelta(hours=1))
    assert post(plain, comment()).status_code == 202
    row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    row.save()
    memo.forget_all()
    problem(post(plain, comment()), 401, "unauthorised")


def test_revoked_key_stops_working_at_once_here(daily: Site) -> None:
    row, plain = api_keys.create_key(daily, "k", ["submit"])
    assert post(plain, comment()).status_code == 202
    row.refresh_from_db()
    assert row.last_used_at is not None
    api_keys.revoke_key(row)
    problem(post(plain, comment()), 401, "unauthorised")
