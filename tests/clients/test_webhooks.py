"""What goes out is read by the library that publishers use, as it comes from PyPI."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from moderation.decisions.decide import decide
from moderation.models import Delivery, Site, Source, Status, WebhookEndpoint
from moderation.webhooks.deliveries import WEBHOOKS
from moderation.webhooks.endpoints import add_endpoint
from moderation.webhooks.sender import deliver_due
from tests.cast import MakeComment
from tests.receiver import Receiver, status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receivers_live_on_loopback(settings: object) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("webhook", *arguments, stdout=output)
    return output.getvalue()


def test_a_decision_arrives_signed(daily: Site, make_comment: MakeComment) -> None:
    with Receiver(status(200)) as receiver:
        secret = run("add", receiver.url, "--site", "daily").split()[-1]
        comment = make_comment()
        decide(comment.pk, status=Status.APPROVED, source=Source.POLICY, expected_version=1)
        comment.refresh_from_db()
        decide(
            comment.pk,
            status=Status.REJECTED,
            source=Source.POLICY,
            expected_version=comment.version,
        )
        assert deliver_due(WEBHOOKS).sent == 2
        payloads = [received.verified(secret) for received in receiver.got]
    assert [payload["type"] for payload in payloads] == ["comment.approved", "comment.rejected"]
    versions = [payload["data"]["version"] for payload in payloads]
    assert versions == sorted(set(versions)), "a receiver can tell which came last"


def test_the_signature_can_be_checked_by_hand(daily: Site, make_comment: MakeComment) -> None:
    """As docs/webhooks.md describes it, without any library."""
    with Receiver(status(200)) as receiver:
        _, secret = add_endpoint(daily, url=receiver.url)
        decide(make_comment().pk, status=Status.APPROVED, source=Source.POLICY, expected_version=1)
        deliver_due(WEBHOOKS)
        received = receiver.got[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    signed = b".".join(
        [
            received.headers["webhook-id"].encode(),
            received.headers["webhook-timestamp"].encode(),
            received.body,
        ]
    )
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert received.headers["webhook-signature"] == f"v1,{digest}"
    assert abs(time.time() - int(received.headers["webhook-timestamp"])) < 60


def test_only_the_wanted_events_are_told(daily: Site, make_comment: MakeComment) -> None:
    add_endpoint(daily, url="http://127.0.0.1:9/", events=["comment.rejected"])
    comment = make_comment()
    decide(comment.pk, status=Status.APPROVED, source=Source.POLICY, expected_version=1)
    assert not Delivery.objects.exists()


def test_the_command_rotates_lists_resends_and_removes(
    daily: Site, make_comment: MakeComment
) -> None:
    with Receiver(status(410)) as receiver:
        former = run("add", receiver.url, "--site", "daily").split()[-1]
        number = str(WebhookEndpoint.objects.get().pk)
        new = next(line for line in run("rotate", number).splitlines() if line[:6] == "whsec_")
        comment = make_comment()
        decide(comment.pk, status=Status.APPROVED, source=Source.POLICY, expected_version=1)
        deliver_due(WEBHOOKS)
        assert "1 dead, disabled: The receiver answered 410 Gone." in run("list")
        receiver.answer = status(200)
        run("enable", number)
        assert "1 deliveries" in run("resend", number)
        assert deliver_due(WEBHOOKS).sent == 1
        assert receiver.got[-1].verified(former) == receiver.got[-1].verified(new)
    run("retire", number)
    run("remove", number)
    assert run("list") == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "https://169.254.169.254/", "--site", "daily"), "link-local"),
        (("add", "ftp://example.org/", "--site", "daily"), "https"),
        (("add", "http://127.0.0.1:9/", "--site", "weekly"), "no site"),
        (("add", "http://127.0.0.1:9/", "--site", "daily", "--event", "x"), "Unknown event"),
        (("rotate", "999"), "no webhook 999"),
    ],
)
def test_it_refuses_in_one_sentence(daily: Site, arguments: tuple[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_the_same_address_twice_is_refused(daily: Site) -> None:
    run("add", "http://127.0.0.1:9/", "--site", "daily")
    with pytest.raises(CommandError, match="already"):
        run("add", "http://127.0.0.1:9/", "--site", "daily")
