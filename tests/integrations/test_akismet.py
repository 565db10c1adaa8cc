"""Akismet as its clients know it: literal answers, keys in three places, labels."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from moderation.accounts import api_keys
from moderation.accounts.api_keys import create_key
from moderation.models import Callback, Comment, Scope, Site, Suggestion
from tests.integrations.calls import CALM, INSULT, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]
CHECK, SPAM, HAM = "/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham"
BLOG = "https://blog.example/"
HELP = "X-akismet-debug-help"


def ask(path: str, key: str, content: str = CALM, host: str = "localhost", **fields: str) -> Any:
    form = {
        "blog": BLOG,
        "user_ip": "192.0.2.7",
        "comment_type": "comment",
        "comment_author": "Ravi",
        "comment_author_email": "ravi@example.org",
        "permalink": "https://blog.example/second-bridge/",
        "comment_content": content,
        **({"api_key": key} if key else {}),
        **fields,
    }
    return send(path, list(form.items()), host=host)


def said(answer: Any, words: bytes) -> None:
    assert (answer.status_code, answer.content) == (200, words), answer.headers


def test_verify_key(api_key: str) -> None:
    for name in ("key", "api_key"):
        answer = send("/1.1/verify-key", [(name, api_key), ("blog", BLOG)])
        said(answer, b"valid")
        assert HELP not in answer
    for form in ([("key", "123abc"), ("blog", BLOG)], [("blog", BLOG)], [("key", "\x00")]):
        answer = send("/1.1/verify-key", form)
        said(answer, b"invalid")
        assert answer[HELP]


def test_comment_check(api_key: str) -> None:
    ham, spam = ask(CHECK, api_key, CALM), ask(CHECK, api_key, INSULT)
    said(ham, b"false")
    said(spam, b"true")
    for answer in (ham, spam):
        assert uuid.UUID(answer["X-akismet-guid"])
        assert HELP not in answer and "X-akismet-pro-tip" not in answer
        assert "X-akismet-recheck-after" not in answer
    assert not Comment.objects.exists()


def test_the_values_with_which_clients_try_it(api_key: str) -> None:
    for author in ("viagra-test-123", "akismet-guaranteed-spam"):
        said(ask(CHECK, api_key, comment_author=author), b"true")
    said(ask(CHECK, api_key, comment_author_email="akismet-guaranteed-spam@example.com"), b"true")
    said(ask(CHECK, api_key, INSULT, user_role="administrator"), b"false")
    said(ask(CHECK, api_key, "", comment_type="signup"), b"false")
    blatant = ask(CHECK, api_key, is_test="1", test_discard="1")
    said(blatant, b"true")
    assert blatant["X-akismet-pro-tip"] == "discard"
    said(ask(CHECK, api_key, test_discard="1"), b"false")


def test_what_may_be_dropped_unseen_only_where_the_operator_says_so(
    api_key: str, settings: Any
) -> None:
    banned = "What a faggot you are."
    assert "X-akismet-pro-tip" not in ask(CHECK, api_key, banned)
    settings.AKISMET_DISCARD = True
    assert ask(CHECK, api_key, banned)["X-akismet-pro-tip"] == "discard"
    assert "X-akismet-pro-tip" not in ask(CHECK, api_key, INSULT)


def test_the_key_stands_in_the_host_too(daily: Site, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["moderation.example"]
    row, key = create_key(daily, name="akismet", scopes=[Scope.SUBMIT], host_label=True)
    assert key == key.lower()
    for label in (key, key.replace("_", "-")):
        said(ask(CHECK, "", host=f"{label}.moderation.example:8000"), b"false")
        refused = ask(CHECK, "", host=f"{label}.evil.example")
        said(refused, b"invalid")
    api_keys.revoke_key(row)
    said(ask(CHECK, "", host=f"{key}.moderation.example"), b"invalid")
    said(ask(CHECK, "", host="evil.example"), b"invalid")


def test_usage_limit(api_key: str) -> None:
    answer = send(f"/1.2/usage-limit?api_key={api_key}", method="GET").json()
    assert answer["usage"] == 1 < answer["limit"]
    assert answer["throttled"] is False
    assert answer["percentage"] == "0.00"
    said(send("/1.2/usage-limit?api_key=x", method="GET"), b"invalid")


@pytest.mark.parametrize(("path", "rejected"), [(SPAM, True), (HAM, False)])
def test_submissions_are_labels_in_quarantine(api_key: str, path: str, rejected: bool) -> None:
    said(ask(path, api_key, f"<p>{CALM}</p>"), b"Thanks for making the web a better place.")
    kept = Suggestion.objects.get()
    assert (kept.text, kept.rejected, kept.integration) == (CALM, rejected, "akismet")
    ask(path, api_key, INSULT, is_test="1")
    ask(path, api_key, "")
    assert Suggestion.objects.count() == 1


def test_json_is_read_too(api_key: str) -> None:
    body = {"api_key": api_key, "blog": BLOG, "comment_content": INSULT, "is_test": True, "x": []}
    said(send(CHECK, body), b"true")
    said(send(SPAM, body), b"Thanks for making the web a better place.")


def test_forms_in_parts_are_read_too(api_key: str) -> None:
    fields = {"api_key": api_key, "blog": BLOG, "comment_content": INSULT, "x\x00": "\x00"}
    body = encode_multipart(BOUNDARY, fields)
    said(send(CHECK, body, Content_Type=MULTIPART_CONTENT), b"true")
    for wrong in (body, b"--x\r\n", b""):
        said(send(CHECK, wrong, Content_Type="multipart/form-data"), b"invalid")
    said(send(CHECK, b"--x\r\n", Content_Type="multipart/form-data; boundary=x"), b"invalid")
    many = encode_multipart(BOUNDARY, {str(number): "" for number in range(10_001)})
    said(send(CHECK, many, Content_Type=MULTIPART_CONTENT), b"invalid")


def test_a_key_is_capped_without_the_client_noticing(api_key: str, settings: Any) -> None:
    settings.SUGGESTIONS_PER_DAY = 1
    for content in (CALM, INSULT):
        said(ask(SPAM, api_key, content), b"Thanks for making the web a better place.")
    assert Suggestion.objects.count() == 1


def test_refusals(api_key: str, daily: Site, settings: Any) -> None:
    _, scorer = create_key(daily, name="scorer", scopes=[Scope.SCORE])
    said(ask(SPAM, scorer), b"invalid")
    answer = ask(CHECK, api_key, blog="")
    said(answer, b"invalid")
    assert answer[HELP] == 'Empty "blog" value'
    said(ask(CHECK, ""), b"invalid")
    said(send("/1.1/deactivate", [("key", api_key)]), b"deactivated")
    assert send(CHECK, method="GET").status_code == 405
    assert "Access-Control-Allow-Origin" not in send(CHECK, method="OPTIONS", Origin=BLOG)
    assert send("/1.1/get-stats", []).status_code == 404
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert ask(CHECK, api_key).status_code == 429


@pytest.mark.parametrize(
    "raw",
    [
        b"comment_content=%ff%fe&blog=x",
        b"\xff\xfe",
        b"a=1&" * 5000,
        b"x" * (1024 * 1024 + 1),
    ],
)
def test_hostile_forms(api_key: str, raw: bytes) -> None:
    kind = "application/x-www-form-urlencoded"
    said(send(CHECK, b"api_key=" + api_key.encode() + b"&" + raw, Content_Type=kind), b"invalid")


@pytest.mark.parametrize("content", ["a\x00b", "x" * 20_000, "\u200b"])
def test_what_cannot_be_judged_is_held(api_key: str, content: str) -> None:
    expected = b"false" if content == "\u200b" else b"true"
    said(ask(CHECK, api_key, content, permalink="javascript:alert(1)"), expected)


def test_hostile_json(api_key: str) -> None:
    for raw in (b"{", b"[]", b'{"a": NaN}', b"[" * 5000):
        said(send(CHECK, raw), b"invalid")
    for path, words in ((CHECK, b"true"), (HAM, b"Thanks for making the web a better place.")):
        body = b'{"api_key": "%s", "blog": "b", "comment_content": "x \\ud800 y",'
        body += b' "comment_author": "\\ud800", "comment_author_email": "\\ud800",'
        body += b' "callback": "https://\\ud800", "guid": "\\ud800"}'
        said(send(path, body.replace(b"%s", api_key.encode())), words)
    assert not Suggestion.objects.exists()


@pytest.fixture
def queueing(daily: Site, settings: Any) -> None:
    """The Daily queues what Akismet's clients send, and may call them on loopback."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    Site.objects.update(queues_integrations=True)


def test_a_client_that_can_wait_is_told_later(api_key: str, queueing: None) -> None:
    fields = {"callback": "http://127.0.0.1:9/wp-json/akismet/v1/webhook", "comment_post_ID": "12"}
    answer = ask(CHECK, api_key, INSULT, **fields)
    said(answer, b"false")
    assert int(answer["X-akismet-recheck-after"]) == 604_800
    kept = Callback.objects.select_related("comment__author").get()
    assert (str(kept.guid), kept.comment.body) == (answer["X-akismet-guid"], INSULT)
    assert kept.fields == {"comment_post_ID": "12", "comment_author_email": "ravi@example.org"}
    assert api_key not in kept.key
    author = kept.comment.author
    assert author and author.external_id.startswith("mail-") and "ravi@" not in author.external_id
    again = ask(CHECK, api_key, INSULT, **fields)
    assert again["X-akismet-guid"] == answer["X-akismet-guid"]


@pytest.mark.parametrize(("status", "words"), [("approved", b"false"), ("rejected", b"true")])
def test_what_was_decided_stands_when_it_is_checked_again(
    api_key: str, queueing: None, status: str, words: bytes
) -> None:
    fields = {"callback": "http://127.0.0.1:9/hook", "recheck_reason": "recheck_queue"}
    said(ask(CHECK, api_key, INSULT, **fields), b"false")
    Comment.objects.update(status=status)
    again = ask(CHECK, api_key, INSULT, **fields)
    said(again, words)
    assert "X-akismet-recheck-after" not in again


def test_the_clients_own_people_may_be_quicker(api_key: str, queueing: None) -> None:
    callback = "http://127.0.0.1:9/hook"
    guid = ask(CHECK, api_key, INSULT, callback=callback)["X-akismet-guid"]
    ask(SPAM, api_key, INSULT, guid=guid)
    kept = Callback.objects.get()
    assert (kept.state, kept.key, kept.fields) == ("sent", "", {})
    assert Suggestion.objects.get().reference == guid


@pytest.mark.parametrize("callback", ["", "ftp://x/", "http://169.254.169.254/", "no address"])
def test_without_an_address_that_may_be_called_it_is_spam(
    api_key: str, queueing: None, callback: str, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    said(ask(CHECK, api_key, INSULT, callback=callback), b"true")
    assert Comment.objects.count() == 1 and not Callback.objects.exists()


def test_tests_are_not_queued(api_key: str, queueing: None) -> None:
    said(ask(CHECK, api_key, INSULT, is_test="1", callback="http://127.0.0.1:9/"), b"true")
    assert not Comment.objects.exists()
