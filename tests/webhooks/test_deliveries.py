"""Publishers hear of every decision at least once, signed, whatever their receivers do."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from django.db.models.functions import Now

from moderation import tasks
from moderation.decisions.payload import webhook_body
from moderation.models import Comment, Decision, Delivery, Site, Source, Status, WebhookEndpoint
from moderation.policy_versions.live import ensure_default
from moderation.webhooks import deliveries, delivery_queue
from moderation.webhooks.deliveries import SCHEDULE, WEBHOOKS, resend
from moderation.webhooks.endpoints import add_endpoint, retire_secret, rotate_secret
from moderation.webhooks.http_client import Answer
from moderation.webhooks.sender import deliver_due
from tests.cast import MakeComment
from tests.receiver import HOLD_SECONDS, Holding, Receiver, drip, flood, hang, status
from tests.waiting import eventually

pytestmark = pytest.mark.django_db

MakeDelivery = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def receivers_live_on_loopback(settings: object) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    settings.WEBHOOK_TIMEOUT_SECONDS = 60.0  # a busy machine is no slow receiver


@pytest.fixture
def make_delivery(daily: Site, make_comment: MakeComment) -> MakeDelivery:
    """Make a rejected comment with its decision and its delivery to an endpoint."""
    policy = ensure_default(daily)

    def make(endpoint: WebhookEndpoint, **fields: object) -> Delivery:
        comment: Comment = make_comment(status=Status.REJECTED)
        decision = Decision.objects.create(
            site=daily,
            comment=comment,
            revision=1,
            version=2,
            status_before=Status.PENDING,
            status=Status.REJECTED,
            source=Source.POLICY,
            policy=policy,
            clauses=[policy.document["clauses"][0]["id"]],
        )
        delivery = Delivery.objects.create(
            endpoint=endpoint, decision=decision, event="comment.rejected", **fields
        )
        delivery.refresh_from_db()
        return delivery

    return make


def database_time() -> datetime:
    """Return the time by the database's clock, by which deliveries are due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


@contextlib.contextmanager
def postpones(delivery: Delivery, shortest: float, longest: float) -> Iterator[None]:
    """Check that the block makes the delivery wait so many seconds from some moment within it."""
    begun = database_time()
    yield
    ended = database_time()
    due_at = Delivery.objects.get(pk=delivery.pk).due_at
    assert due_at > begun + timedelta(seconds=shortest)
    assert due_at < ended + timedelta(seconds=longest)


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def make_all_due() -> None:
    Delivery.objects.update(due_at=Now())
    WebhookEndpoint.objects.update(paused_until=None)


def test_it_works(daily: Site, make_delivery: MakeDelivery) -> None:
    with Receiver(status(204)) as receiver:
        endpoint, secret = add_endpoint(daily, url=receiver.url)
        delivery = make_delivery(endpoint)
        counts = deliver_due(WEBHOOKS)
        assert (counts.sent, counts.failed, counts.dead) == (1, 0, 0)
        assert state(delivery) == "sent"
        assert delivery.last_status == 204 and delivery.sent_at
        payload = receiver.got[0].verified(secret)
        deliver_due(WEBHOOKS)
        assert len(receiver.got) == 1, "what was sent is not sent again"
    comment = delivery.decision.comment
    policy = delivery.decision.policy
    assert policy is not None
    data = payload["data"]
    assert payload["type"] == "comment.rejected"
    assert datetime.fromisoformat(payload["timestamp"]).tzinfo
    assert data["comment_id"] == comment.external_id
    assert data["story_id"] == comment.story.external_id
    assert data["status"] == "rejected" and data["source"] == "policy" and data["version"] == 2
    assert data["policy_version"] == 1
    assert data["clauses"][0]["text"] == policy.document["clauses"][0]["text"]
    assert policy.document["clauses"][0]["title"] in data["reason"]
    sent = receiver.got[0].body.decode()
    assert comment.body not in sent and "signals" not in sent and "score" not in sent


def test_the_secret_is_not_readable_in_the_database(daily: Site) -> None:
    endpoint, secret = add_endpoint(daily, url="http://127.0.0.1:9/")
    assert secret.startswith("whsec_") and len(secret) > 40
    assert secret not in endpoint.secrets[0] and secret[6:] not in endpoint.secrets[0]


def test_a_new_secret_key_still_reads_old_secrets(
    daily: Site, make_delivery: MakeDelivery, settings: object
) -> None:
    with Receiver(status(200)) as receiver:
        endpoint, secret = add_endpoint(daily, url=receiver.url)
        make_delivery(endpoint)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key-" + "y" * 40
        assert deliver_due(WEBHOOKS).sent == 1
        assert receiver.got[0].verified(secret)


def test_an_unreadable_secret_waits_and_says_so(
    daily: Site, make_delivery: MakeDelivery, settings: object
) -> None:
    endpoint, _ = add_endpoint(daily, url="http://127.0.0.1:9/")
    delivery = make_delivery(endpoint)
    settings.SECRET_KEY = "another-key-" + "y" * 40
    assert deliver_due(WEBHOOKS).sent == 0
    assert state(delivery) == "due"
    assert "SECRET_KEY" in delivery.last_error


def test_while_a_secret_is_rotated_both_verify(daily: Site, make_delivery: MakeDelivery) -> None:
    with Receiver(status(200)) as receiver:
        endpoint, former = add_endpoint(daily, url=receiver.url)
        new = rotate_secret(endpoint)
        make_delivery(endpoint)
        deliver_due(WEBHOOKS)
        assert receiver.got[0].verified(former) == receiver.got[0].verified(new)
        retire_secret(endpoint)
        make_delivery(endpoint)
        deliver_due(WEBHOOKS)
        assert receiver.got[1].verified(new)
        with pytest.raises(Exception, match="No matching signature"):
            receiver.got[1].verified(former)


def test_a_crash_between_send_and_mark_sends_the_same_id_again(
    daily: Site, make_delivery: MakeDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_attempt: object) -> None:
        raise KeyboardInterrupt

    with Receiver(status(200)) as receiver:
        endpoint, secret = add_endpoint(daily, url=receiver.url)
        delivery = make_delivery(endpoint)
        with (
            postpones(delivery, 25, 90),  # the lease keeps others away for a while
            monkeypatch.context() as patch,
            pytest.raises(KeyboardInterrupt),
        ):
            patch.setattr(WEBHOOKS, "mark_sent", crash)
            deliver_due(WEBHOOKS)
        assert state(delivery) == "due"
        make_all_due()
        sent_at = int(receiver.got[0].headers["webhook-timestamp"])
        assert eventually(lambda: int(time.time()) > sent_at)
        assert deliver_due(WEBHOOKS).sent == 1
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.verified(secret) == second.verified(secret)


def test_an_attempt_that_always_kills_its_process_ends(
    daily: Site, make_delivery: MakeDelivery
) -> None:
    endpoint, _ = add_endpoint(daily, url="http://127.0.0.1:9/")
    delivery = make_delivery(endpoint, attempts=len(SCHEDULE))
    assert WEBHOOKS.claim(busy=[], lanes=1) == {}
    assert state(delivery) == "dead"


def test_the_schedule_is_followed_to_its_end(daily: Site, make_delivery: MakeDelivery) -> None:
    assert sum(SCHEDULE) == 75 * 3600 + 35 * 60 + 5
    with Receiver(status(500)) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        delivery = make_delivery(endpoint)
        for wait in SCHEDULE[1:]:
            with postpones(delivery, wait * 0.89, wait * 1.11):
                assert deliver_due(WEBHOOKS).failed == 1
            make_all_due()
        assert deliver_due(WEBHOOKS).dead == 1
        assert state(delivery) == "dead"
        assert delivery.last_status == 500 and "500" in delivery.last_error
        ids = {received.headers["webhook-id"] for received in receiver.got}
        assert len(receiver.got) == len(SCHEDULE) and len(ids) == 1
        receiver.answer = status(200)
        resend(delivery)
        assert deliver_due(WEBHOOKS).sent == 1
        assert receiver.got[-1].headers["webhook-id"] in ids


@pytest.mark.parametrize("code", [301, 302, 307, 400, 404, 500])
def test_anything_but_2xx_is_a_failure(daily: Site, make_delivery: MakeDelivery, code: int) -> None:
    with Receiver(status(200)) as elsewhere, Receiver(status(code)) as receiver:
        receiver.answer = status(code, location=elsewhere.url)
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        delivery = make_delivery(endpoint)
        assert deliver_due(WEBHOOKS).failed == 1
        assert state(delivery) == "due" and delivery.last_status == code
        assert elsewhere.got == [], "a redirect is not followed"


def test_410_ends_the_endpoint(daily: Site, make_delivery: MakeDelivery) -> None:
    with Receiver(status(410)) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        first, second = make_delivery(endpoint), make_delivery(endpoint)
        assert deliver_due(WEBHOOKS).dead == 1
        endpoint.refresh_from_db()
        assert endpoint.disabled_at and "410" in endpoint.disabled_reason
        assert state(first) == "dead" and state(second) == "dead"
        assert len(receiver.got) == 1


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_honoured(daily: Site, make_delivery: MakeDelivery, code: int) -> None:
    with Receiver(status(code, retry_after="700")) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        first, second = make_delivery(endpoint), make_delivery(endpoint)
        with postpones(first, 650, 750):
            assert deliver_due(WEBHOOKS).failed == 1
        assert deliver_due(WEBHOOKS).failed == 0, "the others wait as well"
        assert len(receiver.got) == 1
        second.refresh_from_db()
        assert second.attempts == 0


def test_retry_after_may_be_a_date_or_nonsense() -> None:
    def seconds(value: str) -> float:
        return delivery_queue.retry_after(Answer(503, {"retry-after": value}))

    soon = datetime.now(UTC) + timedelta(minutes=10)
    assert 590 < seconds(format_datetime(soon, usegmt=True)) <= 600
    assert seconds("9" * 40) == delivery_queue.MAXIMUM_RETRY_AFTER
    for nonsense in ("", "soon", "-5", "²", "1e3", "Wed, 99 Foo 2026 00:00:00 GMT"):
        assert seconds(nonsense) == 0


@pytest.mark.parametrize("answer", [drip, hang])
def test_a_slow_receiver_costs_a_second_in_all(
    daily: Site, make_delivery: MakeDelivery, answer: object, settings: object
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 1.0
    with Receiver(answer) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        delivery = make_delivery(endpoint)
        assert deliver_due(WEBHOOKS).failed == 1
        assert len(receiver.got) == 1 and receiver.finished == 0
        assert state(delivery) == "due" and "within 1 seconds" in delivery.last_error


def test_a_huge_answer_is_left_unread(daily: Site, make_delivery: MakeDelivery) -> None:
    with Receiver(flood) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        make_delivery(endpoint)
        assert deliver_due(WEBHOOKS).sent == 1
        assert len(receiver.got) == 1 and receiver.finished == 0


def test_one_dead_endpoint_keeps_nobody_else_waiting(
    daily: Site, make_delivery: MakeDelivery
) -> None:
    holding = Holding()
    with Receiver(holding) as dead, contextlib.ExitStack() as stack:
        dead_endpoint, _ = add_endpoint(daily, url=dead.url)
        waiting = [make_delivery(dead_endpoint) for _ in range(5)]
        arrived: queue.SimpleQueue[bool] = queue.SimpleQueue()
        for _ in range(20):
            receiver = stack.enter_context(Receiver(noting(arrived, holding)))
            endpoint, _ = add_endpoint(daily, url=receiver.url)
            for _ in range(5):
                make_delivery(endpoint)
        counts = deliver_due(WEBHOOKS)
    assert (counts.sent, counts.failed) == (100, 1)
    assert [arrived.get_nowait() for _ in range(100)] == [True] * 100, "while the dead one hung"
    assert [state(delivery) for delivery in waiting] == ["due"] * 5
    assert sorted(delivery.attempts for delivery in waiting) == [0, 0, 0, 0, 1]


def noting(arrived: queue.SimpleQueue[bool], holding: Holding) -> Callable[[object], None]:
    """Answer 200 once the dead receiver has its request, and note whether it still holds it.

    The hundredth request releases the dead receiver.
    """

    def answer(handler: object) -> None:
        begun = holding.begun.wait(HOLD_SECONDS / 2)
        arrived.put(begun and not holding.released.is_set() and not holding.ended)
        if arrived.qsize() >= 100:
            holding.released.set()
        status(200)(handler)

    return answer


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_hangs_does_not_hold_the_worker(
    daily: Site, make_delivery: MakeDelivery
) -> None:
    holding = Holding()
    with Receiver(holding) as dead, Receiver(status(200)) as receiver:
        dead_endpoint, _ = add_endpoint(daily, url=dead.url)
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        make_delivery(dead_endpoint)
        delivery = make_delivery(endpoint)
        tasks.deliver_due()
        tasks.deliver_due()
        assert holding.begun.wait(HOLD_SECONDS / 2)
        assert delivering(), "both have returned while the receiver still hangs"
        assert eventually(lambda: state(delivery) == "sent")
        assert not holding.ended
        holding.released.set()
        assert eventually(lambda: not delivering())
        assert len(receiver.got) == 1
        assert len(dead.got) == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_delivery_once(daily: Site, make_delivery: MakeDelivery) -> None:
    def work() -> None:
        deliver_due(WEBHOOKS)
        connection.close()

    with Receiver(status(200)) as receiver:
        for number in range(4):
            endpoint, _ = add_endpoint(daily, url=f"{receiver.url}/{number}")
            for _ in range(25):
                make_delivery(endpoint)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ids = [received.headers["webhook-id"] for received in receiver.got]
    assert len(ids) == len(set(ids)) == 100


def delivering() -> bool:
    return any(thread.name == "webhooks" for thread in threading.enumerate())


def test_a_withheld_delivery_is_never_sent(daily: Site, make_delivery: MakeDelivery) -> None:
    with Receiver(status(200)) as receiver:
        endpoint, _ = add_endpoint(daily, url=receiver.url)
        make_delivery(endpoint, state=Delivery.State.WITHHELD)
        make_delivery(endpoint, due_at=datetime.now(UTC) + timedelta(hours=1))
        assert deliver_due(WEBHOOKS).sent == 0
        assert receiver.got == []


def test_a_payload_stays_below_20_kb(daily: Site, make_delivery: MakeDelivery) -> None:
    endpoint, _ = add_endpoint(daily, url="http://127.0.0.1:9/")
    delivery = make_delivery(endpoint)
    clauses = [
        {"id": f"clause-{number}", "number": str(number), "title": "Title", "text": "é" * 5000}
        for number in range(40)
    ]
    delivery.decision.policy.document = {"clauses": clauses}
    delivery.decision.clauses = [clause["id"] for clause in clauses]
    assert len(webhook_body(delivery)) < 20_000


def test_the_claim_reads_by_the_index(daily: Site, make_delivery: MakeDelivery) -> None:
    endpoint, _ = add_endpoint(daily, url="http://127.0.0.1:9/")
    make_delivery(endpoint)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = {"busy": [], "lanes": 16, "each": 20, "lease": 60}
        cursor.execute("EXPLAIN " + deliveries.CLAIM, values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "delivery_due" in plan
