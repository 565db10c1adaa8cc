"""Comments that arrive together: one row each, whoever comes when, and no harm to neighbours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from moderation.intake import insert, wake_worker
from moderation.intake.submit import Submission, submit_batch, submit_comment
from moderation.models import Author, Comment, Site, Story
from moderation.platform import hot_path_sql
from moderation.platform.errors import Conflict, Invalid, ModerationError, Unavailable
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in many threads that start together; results or exceptions."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except ModerationError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return results


def submission(number: int = 0, **fields: Any) -> Submission:
    return Submission(
        **{
            "body": f"Comment number {number}.",
            "story_external_id": f"s-{number % 3}",
            "author_external_id": f"a-{number % 5}",
            "author_name": f"Author {number % 5}",
            **fields,
        }
    )


def test_many_at_once_are_all_stored_once(daily: Site) -> None:
    results = at_once(
        24,
        lambda thread: [
            submit_comment(daily, submission(number, external_id=f"c-{number}"))
            for number in range(thread * 20, thread * 20 + 20)
        ],
    )
    told = {one.external_id: one.comment_id for each in results for one in each}
    stored = dict(Comment.objects.values_list("external_id", "pk"))
    assert told == stored
    assert len(stored) == 480
    assert (Story.objects.count(), Author.objects.count()) == (3, 5)
    bodies = dict(Comment.objects.values_list("external_id", "body"))
    assert all(bodies[f"c-{n}"] == f"Comment number {n}." for n in range(480))


@pytest.mark.parametrize("known_by", ["external_id", "idempotency_key"])
def test_the_same_at_once_is_one_row(daily: Site, known_by: str) -> None:
    results = at_once(20, lambda _: submit_comment(daily, submission(**{known_by: "k-1"})))
    assert Comment.objects.count() == 1
    assert len({one.comment_id for one in results}) == 1
    assert len({one.external_id for one in results}) == 1
    assert sum(not one.replayed for one in results) == 1


def test_different_comments_with_one_id_at_once(daily: Site) -> None:
    results = at_once(20, lambda n: submit_comment(daily, submission(n, external_id="c-1")))
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 19
    assert {one.code for one in refused} == {"id_reused"}
    assert Comment.objects.count() == 1


def test_one_that_the_database_refuses_harms_no_neighbour(daily: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE moderation_comment ADD CONSTRAINT no_poison CHECK (body <> 'POISON')"
        )
    try:
        bodies = ["Good one.", "POISON", "Good two."]
        group = [submission(body=body, external_id=f"c-{n}") for n, body in enumerate(bodies)]
        with pytest.raises(Exception, match="no_poison"):
            submit_batch(daily, group)
        assert sorted(Comment.objects.values_list("body", flat=True)) == ["Good one.", "Good two."]

        def work(number: int) -> Any:
            try:
                return submit_comment(daily, submission(body=bodies[number % 3]))
            except Exception as error:
                return error

        results = at_once(12, work)
        failed = [isinstance(one, Exception) for one in results]
        assert failed == [number % 3 == 1 for number in range(12)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE moderation_comment DROP CONSTRAINT no_poison")


def test_remembered_rows_that_are_gone_are_made_again(daily: Site) -> None:
    submit_comment(daily, submission())
    Comment.objects.all().delete()
    Story.objects.all().delete()
    Author.objects.all().delete()
    assert submit_comment(daily, submission()).replayed is False
    assert Comment.objects.get().story.external_id == "s-0"


def test_known_story_and_author_cost_one_statement(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_comment(daily, submission())
    sent: list[str] = []
    fetch = hot_path_sql.fetch
    monkeypatch.setattr(hot_path_sql, "fetch", lambda s, v: sent.append(s) or fetch(s, v))
    submit_comment(daily, submission())
    assert sent == [insert.INSERT_PLAIN]


def test_broken_connection_is_replaced_without_a_loss(daily: Site) -> None:
    submit_comment(daily, submission(external_id="c-1"))
    pid = connection.connection.info.backend_pid
    done = threading.Event()

    def end_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()
        done.set()

    threading.Thread(target=end_it).start()
    assert done.wait(PATIENCE_SECONDS)
    assert submit_comment(daily, submission(external_id="c-2")).replayed is False
    assert Comment.objects.count() == 2


def test_database_that_is_away_is_told_and_nothing_is_accepted(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    with pytest.raises(Unavailable):
        submit_comment(daily, submission(external_id="c-1"))
    with pytest.raises(Unavailable):
        submit_batch(daily, [submission(external_id="c-1")])
    monkeypatch.undo()
    connection.close()
    assert submit_comment(daily, submission(external_id="c-1")).replayed is False


def test_a_worker_is_woken_after_the_commit(daily: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(wake_worker, "notify", lambda: seen.append(Comment.objects.count()))
    submit_comment(daily, submission(external_id="c-1"))
    submit_comment(daily, submission(external_id="c-1"))
    assert seen == [1]


def test_failing_to_wake_a_worker_does_not_fail_the_comment(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("no Redis")

    monkeypatch.setattr(wake_worker, "notify", broken)
    assert submit_comment(daily, submission(external_id="c-1")).comment_id
    assert Comment.objects.count() == 1


def test_waiting_has_an_end(daily: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insert._batcher, "patience", 0.2)
    stuck, go_on = threading.Event(), threading.Event()
    store_now = insert.store_now

    def slow(group: Any) -> None:
        stuck.set()
        go_on.wait(PATIENCE_SECONDS)
        store_now(group)

    monkeypatch.setattr(insert, "store_now", slow)
    first = threading.Thread(
        target=lambda: (submit_comment(daily, submission(external_id="c-1")), connection.close())
    )
    first.start()
    assert stuck.wait(PATIENCE_SECONDS)
    with pytest.raises(Unavailable):
        submit_comment(daily, submission(external_id="c-2"))
    go_on.set()
    first.join(PATIENCE_SECONDS)
    assert submit_comment(daily, submission(external_id="c-3")).comment_id
    assert sorted(Comment.objects.values_list("external_id", flat=True)) == ["c-1", "c-3"]


def test_a_transaction_shares_its_rows_with_nobody(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[Any] = []
    monkeypatch.setattr(insert._batcher, "submit", lambda pending: groups.append(pending))
    with transaction.atomic():
        assert submit_comment(daily, submission(external_id="c-1")).comment_id
        transaction.set_rollback(True)
    assert groups == [] and not Comment.objects.exists()


def test_replies_and_parents_may_come_together(daily: Site) -> None:
    chain = [
        submission(
            story_external_id="s-1",
            external_id=f"c-{n}",
            parent_external_id=f"c-{n - 1}" if n else "",
        )
        for n in range(6)
    ]
    results = submit_batch(daily, list(reversed(chain)))
    assert not any(isinstance(one, ModerationError) for one in results)
    assert Comment.objects.get(external_id="c-5").parent.external_id == "c-4"
    (refused,) = submit_batch(daily, [submission(parent_external_id="nobody")])
    assert isinstance(refused, Invalid)


def test_database_that_hangs_is_not_waited_for(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_comment(daily, submission(external_id="c-1"))
    monkeypatch.setattr(hot_path_sql, "ANSWER_SECONDS", 0.5)
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION sleepy() RETURNS trigger LANGUAGE plpgsql AS"
                       " $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;"
                       "CREATE TRIGGER sleepy BEFORE INSERT ON moderation_comment"
                       " FOR EACH ROW EXECUTE FUNCTION sleepy()")  # fmt: skip
    try:
        with pytest.raises(Unavailable):
            submit_comment(daily, submission(external_id="c-2"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE '%%INSERT INTO moderation_comment%%'"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            assert cursor.fetchall() == [(True,)], "it still sleeps while the caller has its answer"
    finally:
        monkeypatch.undo()
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER sleepy ON moderation_comment; DROP FUNCTION sleepy()")
    assert submit_comment(daily, submission(external_id="c-2")).replayed is False
