"""The queue as a list: filters, search, pages, counts, and the indexes that carry them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from moderation.models import (
    Author,
    ClassifierVersion,
    Comment,
    Decision,
    Flag,
    Score,
    Site,
    Source,
    Status,
    Story,
)
from moderation.policy_versions.live import ensure_default
from moderation.review import claims, queue, queue_filters
from moderation.review.queue import queue_page
from moderation.review.queue_filters import QueueFilters, filter_comments
from tests.cast import MakeComment
from tests.desk import rule

# Two sites, as in life: most comments are decided, most are another paper's.
MANY_COMMENTS = """
INSERT INTO moderation_comment
    (site_id, story_id, external_id, fingerprint, body, author_name, submitted_at, status, priority)
SELECT CASE WHEN n %% %s < 2 THEN %s ELSE %s END, %s, 'many-' || n, '', 'word' || n || ' of many',
       'Ann', now(), CASE WHEN n %% %s = 0 THEN 'in_review' ELSE 'approved' END, n / 20000.0
FROM generate_series(1, 20000) n
"""
HELD = {"rule": "off-topic-high", "clause": "on-topic", "outcome": "review"}


@pytest.fixture
def marked(daily: Site, story: Story, ravi: Author, make_comment: MakeComment) -> Comment:
    """The one comment that every filter below is about, among others that it is not."""
    version = ClassifierVersion.objects.create(name="test")
    other = Story.objects.create(site=daily, external_id="other", section="Sport")
    make_comment("Nothing special at all.", status=Status.IN_REVIEW, story=other)
    make_comment("Buy cheap watches now", status=Status.APPROVED)
    comment = make_comment(
        "The zebra crossing is gone.", status=Status.IN_REVIEW, author=ravi, author_name="Ravi"
    )
    Score.objects.create(
        comment=comment,
        revision=1,
        classifier_version=version,
        signals={"off_topic": 0.91, "toxicity": 0.1},
        language="nl",
    )
    Decision.objects.create(
        site=daily,
        comment=comment,
        revision=1,
        version=1,
        status_before=Status.PENDING,
        status=Status.IN_REVIEW,
        source=Source.POLICY,
        policy=ensure_default(daily),
        clauses=["on-topic"],
        reasons=[HELD],
    )
    Flag.objects.create(comment=comment, flagger_id="f", reason="other")
    return comment


@pytest.mark.parametrize(
    "wanted",
    [
        {"section": "City"},
        {"story": "mill-street"},
        {"author": "ravi"},
        {"clause": "on-topic"},
        {"rule": "off-topic-high"},
        {"source": "policy"},
        {"signal": "off_topic", "at_least": 0.9},
        {"language": "nl"},
        {"flagged": True},
        {"search": "zebra"},
        {"search": '"zebra crossing" -bus'},
        {"search": "RAVI"},
    ],
)
def test_each_filter_finds_the_comment_it_is_about(
    daily: Site, marked: Comment, wanted: dict[str, object]
) -> None:
    assert list(filter_comments(daily, QueueFilters(**wanted))) == [marked]


@pytest.mark.parametrize(
    "unwanted",
    [
        {"signal": "off_topic", "at_least": 0.92},
        {"signal": "threat", "at_least": 0.0},
        {"older_than": 1},
        {"search": "watches"},
        {"section": "Nowhere"},
        {"source": "fallback"},
    ],
)
def test_a_filter_leaves_out_what_does_not_match(
    daily: Site, marked: Comment, unwanted: dict[str, object]
) -> None:
    assert not filter_comments(daily, QueueFilters(**unwanted)).exists()


def test_beyond_the_queue_search_finds_decided_comments(daily: Site, marked: Comment) -> None:
    found = filter_comments(daily, QueueFilters(status="approved", search="watches"))
    assert [comment.body for comment in found] == ["Buy cheap watches now"]


@pytest.mark.parametrize("order", ["priority", "newest", "oldest"])
def test_pages_show_every_comment_once(
    daily: Site, make_comment: MakeComment, order: queue_filters.Order
) -> None:
    made = [make_comment(status=Status.IN_REVIEW, priority=n % 3 / 2).pk for n in range(11)]
    filters = QueueFilters(order=order)
    seen: list[int] = []
    cursor = ""
    for _ in range(6):
        page = queue_page(daily, filters, cursor=cursor, size=3)
        seen += [item.comment.pk for item in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(made) and len(seen) == len(set(seen))
    expected = {
        "newest": sorted(made, reverse=True),
        "oldest": made,
        "priority": [pk for p in (2, 1, 0) for n, pk in enumerate(made) if n % 3 == p],
    }[order]
    assert seen == expected
    walked = [made[0]]
    start = Comment.objects.get(pk=expected[0])
    walked = [start.pk]
    while (following := queue.neighbour(daily, filters, start, back=False)) is not None:
        walked.append(following)
        start = Comment.objects.get(pk=following)
    assert walked == expected
    back = [start.pk]
    while (earlier := queue.neighbour(daily, filters, start, back=True)) is not None:
        back.append(earlier)
        start = Comment.objects.get(pk=earlier)
    assert back == expected[::-1]


@pytest.mark.parametrize(
    "cursor", ["", "x", "nan:5", "1:-5", "inf:1", ":", "9" * 40, "0:0:0", "\0"]
)
def test_a_strange_cursor_is_the_first_page(
    daily: Site, make_comment: MakeComment, cursor: str
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    page = queue_page(daily, QueueFilters(), cursor=cursor)
    assert [item.comment for item in page.items] == [comment]


def test_what_takes_too_long_is_stopped_and_said(
    client: Client, mona: User, make_comment: MakeComment, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment, _ = (make_comment(status=Status.IN_REVIEW) for _ in range(2))
    asked = queue_filters.filter_comments

    def slow(site: Site, filters: QueueFilters) -> QuerySet[Comment]:
        """The same question, asked of a database that needs ten seconds to answer."""
        return asked(site, filters).extra(where=["pg_sleep(10) IS NOT NULL"])

    monkeypatch.setattr(queue, "filter_comments", slow)
    monkeypatch.setattr(queue_filters.bounded.__wrapped__, "__defaults__", (300,))
    monkeypatch.setattr(queue.count_comments, "__kwdefaults__", {"cap": 9, "milliseconds": 300})
    client.force_login(mona)
    answer = client.get("/review/daily/")
    assert answer.status_code == 200
    assert "took too long" in answer.content.decode()
    pk = comment.pk
    assert client.get(f"/review/daily/comments/{pk}/").status_code == 200
    monkeypatch.setattr(claims, "filter_comments", slow)
    assert client.get("/review/daily/next/")["Location"] == "/review/daily/"
    press = {"version": "1", "key": "k", "action": "approve"}
    answer = client.post(f"/review/daily/comments/{pk}/decide/", press)
    assert answer["Location"] == "/review/daily/"
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


def test_a_count_is_counted_or_says_that_it_stopped(daily: Site, make_comment: MakeComment) -> None:
    for _ in range(4):
        make_comment(status=Status.IN_REVIEW)
    assert str(queue.count_comments(daily, QueueFilters())) == "4"
    assert str(queue.count_comments(daily, QueueFilters(), cap=3)) == "3+"
    assert str(queue.Count(1000, True)) == "1,000+"


@pytest.mark.parametrize(
    "query",
    [
        "search=%25_%27%22%3B--",
        "search=!%26%7C()%3A*",
        "search=%00",
        "search=" + "x" * 5000,
        "search=%ff%fe",
        "status=nonsense&order=sideways&at_least=NaN&signal=nope&older_than=-3",
        "signal=toxicity&at_least=1e999",
        "story=%00&author=" + "a" * 300,
        "clause=none&rule=none&section=none&language=toolonglanguage",
        "cursor=%00",
    ],
)
def test_strange_filters_are_ignored_not_an_error(
    client: Client, mona: User, marked: Comment, query: str
) -> None:
    client.force_login(mona)
    assert client.get(f"/review/daily/?{query}").status_code == 200
    assert client.get(f"/review/daily/next/?{query}").status_code in (200, 302)


def test_the_list_says_why_and_links_to_the_comment(
    client: Client, mona: User, marked: Comment
) -> None:
    client.force_login(mona)
    page = client.get("/review/daily/?flagged=on").content.decode()
    assert "1 Stay on the topic" in page and "1 flag" in page
    assert f"/review/daily/comments/{marked.pk}/?flagged=on" in page
    assert "Nothing special" not in page


def test_a_page_of_the_list_is_a_fixed_number_of_queries(
    daily: Site,
    make_comment: MakeComment,
    django_assert_num_queries: pytest.fixture,  # type: ignore[valid-type]
) -> None:
    for _ in range(12):
        make_comment(status=Status.IN_REVIEW)
    # The savepoint and its two limits, the page, its decisions, scores, escalations and flags.
    with django_assert_num_queries(9):
        queue_page(daily, QueueFilters(), size=10)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (QueueFilters(), "comment_review_priority"),
        (QueueFilters(order="newest"), "comment_review_age"),
        (QueueFilters(order="oldest"), "comment_review_age"),
        (QueueFilters(search="zebra"), "comment_review_search"),
        (QueueFilters(status="approved", order="newest"), "comment_by_status"),
    ],
)
def test_every_list_reads_the_index_made_for_it(
    daily: Site, herald: Site, story: Story, filters: QueueFilters, index: str
) -> None:
    # What is rare is read in order; what is common and searched, by its words.
    every = 2 if filters.search else 50
    with connection.cursor() as cursor:
        # Rows of other tests that were rolled back are still there, and in the plan's costs.
        cursor.execute("TRUNCATE moderation_comment CASCADE")
        cursor.execute(MANY_COMMENTS, [every, daily.pk, herald.pk, story.pk, every])
        cursor.execute("ANALYZE moderation_comment")
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as queries:
            queue_page(daily, filters)
        asked = next(q["sql"] for q in queries if 'FROM "moderation_comment"' in q["sql"])
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan


def test_the_pages_take_few_queries(
    client: Client,
    mona: User,
    daily: Site,
    make_comment: MakeComment,
    django_assert_max_num_queries: pytest.fixture,  # type: ignore[valid-type]
) -> None:
    client.force_login(mona)
    policy = ensure_default(daily)
    made = [make_comment() for _ in range(12)]
    for comment in made:
        rule(comment, Status.IN_REVIEW, None, source=Source.POLICY, policy=policy)
    client.get("/review/daily/")  # the policy is parsed once
    with django_assert_max_num_queries(23), CaptureQueriesContext(connection) as queries:
        client.get("/review/daily/")
    documents = [q["sql"] for q in queries if '"document"' in q["sql"]]
    assert len(documents) == 1, "a policy is large: it is read once, not with every row"
    with django_assert_max_num_queries(30):
        client.get(f"/review/daily/comments/{made[0].pk}/")
