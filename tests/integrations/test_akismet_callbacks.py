"""Akismet's clients are told what became of a comment, as the WordPress plugin expects it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from moderation.intake.erase import erase_comment
from moderation.integrations.akismet.callbacks import RETRIES, tell_due
from moderation.models import Callback, Comment, Status
from moderation.webhooks.endpoints import encrypt
from tests.cast import MakeComment
from tests.desk import rule
from tests.receiver import Receiver, status

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
        assert tell_due() == 0, "nothing is decided yet"
        rule(comment, decided, mona)
        assert tell_due() == 1
        assert tell_due() == 0
    [received] = receiver.got
    assert json.loads(received.body) == {
        "key": "wordpress-key",
        "endpoint": "comment-check",
        "comments": [{"guid": str(callback.guid), "result": result, **FIELDS}],
    }
    callback.refresh_from_db()
    assert (callback.state, callback.key, callback.fields) == ("told", "", {})


def test_nothing_is_told_within_the_publishing_hold(make_comment: MakeComment, mona: User) -> None:
    comment = make_comment()
    with Receiver(status(200)) as receiver:
        hold(comment, receiver.url)
        rule(comment, Status.REJECTED, mona, hold=60)
        assert tell_due() == 0


def test_a_client_that_fails_is_asked_again_and_given_up(
    make_comment: MakeComment, mona: User
) -> None:
    comment = make_comment()
    with Receiver(status(500)) as receiver:
        callback = hold(comment, receiver.url)
        rule(comment, Status.APPROVED, mona)
        for attempt in range(1, len(RETRIES) + 2):
            assert tell_due() == 0
            callback.refresh_from_db()
            assert callback.attempts == attempt
            assert tell_due() == 0, "it waits"
            Callback.objects.update(due_at="2020-01-01T00:00Z")
    assert callback.state == "dead"
    assert "500" in callback.last_error
    assert len(receiver.got) == len(RETRIES) + 1


def test_private_addresses_are_not_called(
    make_comment: MakeComment, mona: User, settings: Any
) -> None:
    comment = make_comment()
    with Receiver(status(200)) as receiver:
        callback = hold(comment, receiver.url)
        rule(comment, Status.APPROVED, mona)
        settings.WEBHOOK_ALLOW_PRIVATE = False
        assert tell_due() == 0
        assert not receiver.got
    callback.refresh_from_db()
    assert callback.attempts == 1


def test_erasing_a_comment_forgets_its_callback(make_comment: MakeComment) -> None:
    comment = make_comment()
    hold(comment, "https://blog.example/hook")
    erase_comment(comment)
    assert not Callback.objects.exists()
