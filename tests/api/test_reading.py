"""Stories, public threads, and the decisions feed."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from moderation.decisions import decide
from moderation.models import Comment, Decision, Source, Status, Story
from tests.api.calls import call, get, problem
from tests.cast import MakeComment
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.django_db
THREAD = "/api/v1/stories/mill-street/comments"
RUNNING_ELSEWHERE = """
SELECT pid, backend_xid::text FROM pg_stat_activity
WHERE datname <> current_database() AND backend_xid IS NOT NULL
"""


def approve(made: Comment, user: User | None = None, **why) -> Decision:
    made.refresh_from_db()
    return decide.decide(
        made.pk,
        status=Status.APPROVED,
        source=Source.MODERATOR if user else Source.POLICY,
        expected_version=made.version,
        moderator=user,
        **why,
    )


def test_story_is_made_and_changed(api_key: str) -> None:
    path = "/api/v1/stories/s-1"
    sent = {
        "title": "One",
        "url": "https://daily.example/1",
        "published_at": "2026-03-01T09:00:00Z",
    }
    assert call("PUT", path, api_key, sent).json()["state"] == "open"
    said = call("PUT", path, api_key, {"state": "closed", "body": "Text."}).json()
    assert (said["title"], said["state"], said["body"]) == ("One", "closed", "Text.")
    assert said["published_at"] == "2026-03-01T09:00:00Z"
    bare = call("PUT", path, api_key, {"url": "", "body": ""}).json()
    assert (bare["title"], bare["url"], bare["body"]) == ("One", "", "")
    assert Story.objects.count() == 1
    problem(call("PUT", path, api_key, {"state": "ajar"}), 422, field="state")
    problem(call("PUT", "/api/v1/stories/a%20b", api_key, {}), 422, field="id")
    problem(call("PUT", path, api_key, {"published_at": "2099-01-01T00:00:00Z"}), 422)


def test_thread_nests_what_is_approved(api_key: str, make_comment: MakeComment) -> None:
    first = make_comment("One.", author_name="Ravi", status=Status.APPROVED)
    reply = make_comment("Two.", parent=first, status=Status.APPROVED)
    make_comment("Three.", parent=reply, status=Status.APPROVED)
    hidden = make_comment("Hidden.", parent=first, status=Status.REJECTED)
    make_comment("Orphan.", parent=hidden, status=Status.APPROVED)
    make_comment("Waiting.", status=Status.IN_REVIEW)
    top = get(api_key, THREAD).json()["comments"]
    assert [one["body"] for one in top] == ["One.", "Orphan."]
    assert top[0]["replies"][0]["replies"][0]["body"] == "Three."
    assert top[0]["replies"][0]["replying_to"] == "Ravi"
    assert (top[1]["replying_to_removed"], top[1]["parent_id"]) == (True, None)
    assert "Hidden." not in get(api_key, THREAD).content.decode()


def test_thread_pages_meet_without_gap_or_double(api_key: str, make_comment: MakeComment) -> None:
    made = [make_comment(f"Number {n}.", status=Status.APPROVED) for n in range(7)]
    make_comment("Reply.", parent=made[0], status=Status.APPROVED)
    seen, after = [], ""
    while True:
        answer = get(api_key, f"{THREAD}?limit=3&after={after}")
        seen += [one["body"] for one in answer.json()["comments"]]
        after = answer.json()["next"]
        assert ('rel="next"' in answer.get("Link", "")) == bool(after)
        if not after:
            break
    assert seen == [one.body for one in made]


def test_deep_thread_stays_readable(api_key: str, make_comment: MakeComment) -> None:
    parent = None
    for number in range(300):
        parent = make_comment(f"Level {number}.", parent=parent, status=Status.APPROVED)
    answer = get(api_key, THREAD)
    assert answer.status_code == 200
    assert answer.content.count(b"Level") == 300


def test_unchanged_thread_costs_no_body(
    api_key: str, make_comment: MakeComment, django_assert_max_num_queries
) -> None:
    made = make_comment(status=Status.APPROVED)
    first = get(api_key, THREAD)
    with django_assert_max_num_queries(4):
        again = get(api_key, THREAD, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    Comment.objects.filter(pk=made.pk).update(status=Status.REJECTED)
    assert get(api_key, THREAD, If_None_Match=first["ETag"]).status_code == 200


def test_held_approval_is_not_public_and_held_rejection_still_is(
    api_key: str, mona: User, make_comment: MakeComment
) -> None:
    later = timezone.now() + timedelta(seconds=8)
    make_comment("A.", status=Status.APPROVED, held_until=later, status_before=Status.IN_REVIEW)
    make_comment("B.", status=Status.REJECTED, held_until=later, status_before=Status.APPROVED)
    assert [one["body"] for one in get(api_key, THREAD).json()["comments"]] == ["B."]


def let_others_finish() -> None:
    """Wait for the transactions of tests in other databases: the feed waits for them, too."""

    def running() -> set[tuple[int, str]]:
        with connection.cursor() as cursor:
            cursor.execute(RUNNING_ELSEWHERE)
            return set(cursor.fetchall())

    begun = running()
    assert eventually(lambda: not begun & running(), 3 * PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_feed_gives_each_decision_once_in_order(api_key: str, make_comment: MakeComment) -> None:
    made = [make_comment() for _ in range(5)]
    for one in made:
        approve(one)
    let_others_finish()
    seen, after = [], ""
    while True:
        page = get(api_key, f"/api/v1/decisions?limit=2&after={after}").json()
        seen += [one["comment_id"] for one in page["decisions"]]
        after = page["next"]
        if not page["more"]:
            break
    assert seen == [one.external_id for one in made]
    assert get(api_key, f"/api/v1/decisions?after={after}").json() == {
        "decisions": [],
        "next": after,
        "more": False,
    }


@pytest.mark.django_db(transaction=True)
def test_feed_waits_for_a_transaction_that_commits_late(
    api_key: str, make_comment: MakeComment
) -> None:
    early, late = make_comment(), make_comment()
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{
            k: v
            for k, v in parameters.items()
            if k in ("host", "port", "user", "dbname", "password")
        }
    ) as other:
        # Another process has begun to decide (its id is given out) and has not committed yet.
        decision = approve(early)
        other.execute("SELECT pg_current_xact_id()")
        other.execute(
            "INSERT INTO moderation_decision (site_id, comment_id, revision, version,"
            " status_before, status, source, clauses, reasons, note)"
            " VALUES (%s, %s, 1, 2, 'pending', 'approved', 'policy', '{}', '[]', '')",
            (late.site_id, late.pk),
        )
        third = make_comment()
        approve(third)
        let_others_finish()
        page = get(api_key, "/api/v1/decisions").json()
        assert [one["comment_id"] for one in page["decisions"]] == [early.external_id]
    let_others_finish()
    rest = get(api_key, f"/api/v1/decisions?after={page['next']}").json()
    assert [one["comment_id"] for one in rest["decisions"]] == [
        late.external_id,
        third.external_id,
    ]
    assert decision.pk


@pytest.mark.django_db(transaction=True)
def test_feed_stops_before_a_hold_and_hides_what_was_taken_back(
    api_key: str, mona: User, make_comment: MakeComment
) -> None:
    held, other = make_comment(), make_comment()
    decision = approve(held, mona, hold=30)
    approve(other)
    let_others_finish()
    assert get(api_key, "/api/v1/decisions").json()["decisions"] == []
    Decision.objects.filter(pk=decision.pk).update(withheld=True)
    page = get(api_key, "/api/v1/decisions").json()
    assert [one["comment_id"] for one in page["decisions"]] == [other.external_id]
