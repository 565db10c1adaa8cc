"""Coral's external moderation phase and webhooks, in the form in which Coral sends them."""

from __future__ import annotations

import hashlib
import hmac
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.models import Comment, IntegrationSecret, Site, Story
from tests.cast import STORY_BODY
from tests.integrations.calls import CALM, INSULT, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]
PHASE, WEBHOOK = "/coral/daily/phase", "/coral/daily/webhook"
SECRET = "empsec_" + "0123456789abcdef" * 4
HATE = "Banned word test"


@pytest.fixture(autouse=True)
def opened(daily: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both doors of The Daily are open with the same secret."""
    for purpose in IntegrationSecret.Purpose.values:
        run(monkeypatch, "secret", purpose, typed=SECRET)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> str:
    output = StringIO()
    monkeypatch.setattr("sys.stdin", StringIO(typed + "\n"))
    call_command("doors", "daily", *arguments, stdout=output)
    return output.getvalue()


def signed(body: bytes, *secrets: str) -> str:
    digests = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join(f"sha256={digest}" for digest in digests)


def call(path: str, told: Any, *secrets: str) -> Any:
    """Send as Coral does: pretty-printed JSON, one signature for each active secret."""
    body = told if isinstance(told, bytes) else json.dumps(told, indent=2).encode()
    return send(path, body, X_Coral_Signature=signed(body, *(secrets or [SECRET])))


def phase(text: str, path: str = PHASE, **story: str) -> Any:
    told = {
        "action": "NEW",
        "comment": {"body": f"<div>{text}</div>", "parentID": None},
        "author": {"id": "5ad0d27e-author", "role": "COMMENTER"},
        "story": {"id": "story-1", "url": "https://news.example/a", **story},
        "site": {"id": "site-1"},
        "tenantID": "t-1",
        "tenantDomain": "coral.example",
    }
    return call(path, told)


def test_a_clean_comment_is_no_opinion() -> None:
    answer = phase(CALM)
    assert (answer.status_code, answer.content) == (204, b"")


def test_what_the_policy_holds_is_withheld_with_a_flag() -> None:
    answer = phase(INSULT)
    assert answer.status_code == 200
    said = answer.json()
    assert said == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
    }


def test_what_the_policy_rejects_is_rejected_with_coral_s_reason(daily: Site) -> None:
    Story.objects.create(site=daily, external_id="closed-1", state="closed")
    said = phase(CALM, id="closed-1").json()
    assert said["status"] == said["moderationAction"]["status"] == "REJECTED"
    reason = said["moderationAction"]["rejectionReason"]
    assert reason["code"] == "OTHER"
    assert reason["customReason"] == reason["detailedExplanation"] != ""
    spam = phase("Buy followers: faggot https://spam.example/").json()
    assert spam["moderationAction"]["rejectionReason"]["code"] == "BANNED_WORD"


def test_the_story_that_we_know_decides_what_is_off_topic(daily: Site) -> None:
    title = "City council votes to close Mill Street to cars"
    Story.objects.create(site=daily, external_id="s-2", title=title, body=STORY_BODY)
    text = (
        "I baked three loaves of sourdough on Sunday: rye flour, honey, a pinch of salt, and "
        "eleven hours in the fridge before the oven."
    )
    assert phase(text, id="s-2").json()["status"] == "SYSTEM_WITHHELD"


def test_markup_is_read_as_readers_see_it() -> None:
    hidden = "You are a c<b></b>omplete <i>idiot</i> and everybody here knows&nbsp;it."
    assert phase(hidden).json()["status"] == "SYSTEM_WITHHELD"
    plain = phase("I <think> so", path=PHASE + "?format=plain")
    assert plain.status_code in (200, 204)


def test_a_site_without_a_policy_withholds(daily: Site) -> None:
    from moderation.models import PolicyVersion  # noqa: PLC0415
    from moderation.platform import memo  # noqa: PLC0415

    PolicyVersion.objects.all().delete()
    memo.forget_all()
    assert phase(CALM).json() == {"status": "SYSTEM_WITHHELD"}


@pytest.mark.parametrize("text", ["", "x" * 20_000, "a\x00b"])
def test_what_cannot_be_judged_is_withheld(text: str) -> None:
    assert phase(text).json() == {"status": "SYSTEM_WITHHELD"}


def test_it_is_queued_where_the_site_asks(daily: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    phase(CALM)
    assert not Comment.objects.exists()
    run(monkeypatch, "queue", "on")
    phase(CALM)
    phase(CALM)
    queued = Comment.objects.get()
    assert (queued.body, queued.story.external_id) == (CALM, "story-1")
    assert queued.story.url == "https://news.example/a"
    assert queued.author and queued.author.external_id == "5ad0d27e-author"


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "md5=1", "sha256=ключ", ",,,", "sha256=" + "f" * 9999],
)
@pytest.mark.parametrize("path", [PHASE, WEBHOOK, "/coral/herald/phase", "/coral/nobody/phase"])
def test_a_wrong_signature_is_refused(herald: Site, path: str, signature: str) -> None:
    body = b'{"type": "STORY_CREATED", "data": {"storyID": "s-9"}}'
    answer = send(path, body, X_Coral_Signature=signature.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorised"
    assert not Story.objects.exists()


def test_secrets_rotate_and_doors_close(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"type": "COMMENT_CREATED", "data": {}}
    second, third = "whsec_" + "a" * 64, "whsec_" + "b" * 64
    run(monkeypatch, "secret", "coral_webhook", typed=second)
    for secrets in ([SECRET], [second], [third, second]):
        assert call(WEBHOOK, told, *secrets).status_code == 204
    run(monkeypatch, "secret", "coral_webhook", typed=third)
    assert call(WEBHOOK, told, SECRET).status_code == 401
    assert "2 secrets" in run(monkeypatch, "close", "coral_webhook")
    assert call(WEBHOOK, told, third).status_code == 401
    with pytest.raises(CommandError, match="visible letters"):
        run(monkeypatch, "secret", "coral_webhook", typed="short")
    assert SECRET not in "".join(IntegrationSecret.objects.values_list("secret", flat=True))


def test_webhooks_tell_of_stories() -> None:
    told = {
        "id": "e-1",
        "type": "STORY_CREATED",
        "data": {"storyID": "s-9", "storyURL": "https://news.example/b", "siteID": "site-1"},
    }
    for _ in range(2):
        assert call(WEBHOOK, told).status_code == 204
    kept = Story.objects.get()
    assert (kept.external_id, kept.url) == ("s-9", "https://news.example/b")


@pytest.mark.parametrize(
    "told",
    [
        {"type": "STORY_CREATED", "data": {"storyID": "../..", "storyURL": "javascript:x"}},
        {"type": "STORY_CREATED", "data": None},
        {"type": "STORY_CREATED"},
        {"type": ["?"], "data": 7},
        {"type": "COMMENT_LEFT_MODERATION_QUEUE", "data": {"commentID": "c1"}},
        {},
    ],
)
def test_events_that_tell_nothing_are_acknowledged(told: Any) -> None:
    assert call(WEBHOOK, told).status_code == 204
    assert not Story.objects.exists()


@pytest.mark.parametrize("path", [PHASE, WEBHOOK])
def test_hostile_requests(path: str) -> None:
    for raw in (b"[]", b"{", b'{"a": NaN}', b'{"comment": {"body": "\xff"}}', b"[" * 5000):
        assert call(path, raw).status_code == 400
    assert call(path, b"{" + b" " * (1024 * 1024) + b"}").status_code == 413
    assert send(path, method="GET").status_code == 405
    assert send(path + "/", {}).status_code == 404
    assert send(path, b"{}", Content_Type="text/plain").status_code == 415
    surrogate = b'{"comment": {"body": "\\ud800"}, "story": {"id": 3}, "author": []}'
    answer = call(path, surrogate)
    assert answer.status_code == (200 if path == PHASE else 204)


def test_a_site_has_a_rate_limit(settings: Any) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert phase(CALM).status_code == 204
    answer = phase(CALM)
    assert answer.status_code == 429
    assert answer["Retry-After"]
