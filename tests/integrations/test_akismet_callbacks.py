"""Akismet's clients are told what became of a comment, as the WordPress plugin expects it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from moderation.intake.erase import erase_comment
from moderation.integrations.akismet.callbacks import CALLBACKS, SCHEDULE
from moderation.models import Callback, Comment, Status
from moderation.webhooks.endpoints import encrypt
from moderation.webhooks.sender import deliver_due
from tests.cast import MakeComment
from tests.desk import rule
from tests.receiver import Receiver, hang, status

pytestmark = pytest.mark.django_db
FIELDS = {"comment_post_ID": "12", "comment_parent": "0", "comment_author_email": "a@example.org"}


@pytest.fixture(autouse=True)
def receivers_live_on_loopback(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def hold(comment: Comment, url: str) -> Callback:
    return Callback.objects.create(
        comment=comment, url=url, guid=uuid.uuid4(), key=encrypt("wordpress-key"), fields=FIELDS
    )


@pytest.mark.parametrize(
    ("decided", "result"), [(Status.REJECTED, "true"), (Status.APPROVED, "false")]
)
def test_a_decision_is_told_once(
    make_comment: MakeComment, mona: User, decided: Status, result: str
) -> None:
    comment = make_comment()
    with Receiver(status(200)) as receiver:
        callback = hold(comment, receiver.url)
        assert deliver_due(CALLBACKS).sent == 0, "nothing is decided yet"
        rule(comment, decided, mona)
        assert deliver_due(CALLBACKS).sent == 1
        assert deliver_due(CALLBACKS).sent == 0
    [received] = receiver.got
    assert json.loads(received.body) == {
        "key": "wordpress-key",
        "endpoint": "comment-check",
        "comments": [{"guid": str(callback.guid), "result": result, **FIELDS}],
    }
    callback.refresh_from_db()
    assert (callback.state, callback.key, callback.fields) == ("sent", "", {})


def test_nothing_is_told_within_the_publishing_hold(make_comment: MakeComment, mona: User) -> None:
    comment = make_comment()
    with Receiver(status(200)) as receiver:
        hold(comment, receiver.url)
        rule(comment, Status.REJECTED, mona, hold=60)
        assert deliver_due(CALLBACKS).sent == 0


def test_a_client_that_fails_is_asked_again_and_given_up(
    make_comment: MakeComment, mona: User
) -> None:
    comment = make_comment()
    with Receiver(status(500)) as receiver:
        callback = hold(comment, receiver.url)
        rule(comment, Status.APPROVED, mona)
        for attempt in range(1, len(SCHEDULE) + 1):
            assert deliver_due(CALLBACKS).sent == 0
            callback.refresh_from_db()
            assert callback.attempts == attempt
            assert deliver_due(CALLBACKS).sent == 0, "it waits"
            Callback.objects.update(due_at="2020-01-01T00:00Z")
    assert callback.state == "dead"
    assert "500" in callback.last_error
    assert len(receiver.got) == len(SCHEDULE)


def test_private_addresses_are_not_called(
    make_comment: MakeComment, mona: User, settings: Any
) -> None:
    comment = make_comment()
    with Receiver(status(200)) as receiver:
        callback = hold(comment, receiver.url)
        rule(comment, Status.APPROVED, mona)
        settings.WEBHOOK_ALLOW_PRIVATE = False
        assert deliver_due(CALLBACKS).sent == 0
        assert not receiver.got
    callback.refresh_from_db()
    assert callback.attempts == 1


def test_erasing_a_comment_forgets_its_callback(make_comment: MakeComment) -> None:
    comment = make_comment()
    hold(comment, "https://blog.example/hook")
    erase_comment(comment)
    assert not Callback.objects.exists()


def test_a_client_that_hangs_delays_only_itself(
    make_comment: MakeComment, mona: User, settings: Any
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 1.0
    with Receiver(hang) as hanging, Receiver(status(200)) as receiver:
        held = [hold(make_comment(), hanging.url) for _ in range(3)]
        told = hold(make_comment(), receiver.url)
        for callback in (*held, told):
            rule(callback.comment, Status.APPROVED, mona)
        counts = deliver_due(CALLBACKS)
    assert (counts.sent, counts.failed) == (1, 1)
    assert len(hanging.got) == 1, "a client that is down is called once a run"
    told.refresh_from_db()
    assert told.state == "sent"
    assert sorted(Callback.objects.filter(state="due").values_list("attempts", flat=True)) == [
        0,
        0,
        1,
    ]


def test_a_key_that_cannot_be_read_waits_and_says_so(
    make_comment: MakeComment, mona: User, settings: Any
) -> None:
    with Receiver(status(200)) as receiver:
        callback = hold(make_comment(), receiver.url)
        rule(callback.comment, Status.APPROVED, mona)
        settings.SECRET_KEY = "another-key-" + "y" * 40
        assert deliver_due(CALLBACKS).sent == 0
        assert receiver.got == []
    callback.refresh_from_db()
    assert (callback.state, callback.attempts) == ("due", 1)
    assert "SECRET_KEY" in callback.last_error


def test_a_call_that_always_kills_its_process_ends(make_comment: MakeComment, mona: User) -> None:
    callback = hold(make_comment(), "https://blog.example/hook")
    rule(callback.comment, Status.APPROVED, mona)
    Callback.objects.update(attempts=len(SCHEDULE))
    assert CALLBACKS.claim(busy=[], lanes=1) == {}
    callback.refresh_from_db()
    assert callback.state == "dead"
    assert "broke off" in callback.last_error
