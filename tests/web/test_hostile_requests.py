"""Whatever is sent to the pages of readers and editors, the answer is never an error of ours."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.models import PolicyVersion, Site, Status, Story
from moderation.policy_versions.live import ensure_default
from moderation.web.public import visitors
from tests.cast import MakeComment

STORY = "/stories/daily/mill-street/"
EDITOR = "/review/daily/policy/"
IN_ADDRESSES = [
    *("%00", "%ff", "%ed%a0%80", "'", '"><b>', "a" * 3000, "../..", "%2e%2e", "\u202e", "-1"),
    *("9" * 18, "9" * 400, "²"),
]
IN_FORMS = ["\x00", "\ufffe", "a" * 20_000, "\u202e", "'\"><b>", "\ue000"]


@pytest.fixture(autouse=True)
def the_daily(daily: Site, story: Story, make_comment: MakeComment) -> None:
    ensure_default(daily)
    make_comment("A comment.", status=Status.APPROVED, external_id="c-1")


@pytest.mark.parametrize(
    "address",
    [
        STORY + "?after={}",
        STORY + "?reply={}",
        STORY + "?at={}",
        STORY + "yours/?state={}&posted={}",
        STORY + "comments/{}/report/",
        "/stories/{}/",
        "/stories/daily/{}/",
        "/policy/{}/",
        "/policy/daily/versions/{}/",
        "/review/daily/own/?before={}",
        "/review/daily/appeals/?after={}",
        "/review/daily/quality/gold/?comment={}",
        EDITOR + "?open={}",
        EDITOR + "versions/{}/revert/",
    ],
)
@pytest.mark.parametrize("value", IN_ADDRESSES)
def test_addresses(client: Client, owen: User, address: str, value: str) -> None:
    client.force_login(owen)
    for headers in ({}, {"X-Requested-With": "XMLHttpRequest"}):
        assert client.get(address.replace("{}", value), headers=headers).status_code < 500


@pytest.mark.parametrize("field", ["name", "body", "parent", "key"])
@pytest.mark.parametrize("value", IN_FORMS)
def test_the_comment_form(client: Client, field: str, value: str) -> None:
    sent = {"name": "Ravi", "body": "Well said.", "parent": "", "key": "k" * 24, field: value}
    assert client.post(STORY, sent).status_code < 500


@pytest.mark.parametrize("field", ["reason", "note"])
@pytest.mark.parametrize("value", IN_FORMS)
def test_the_report_form(client: Client, field: str, value: str) -> None:
    sent = {"reason": "spam", "note": "", field: value}
    assert client.post(f"{STORY}comments/c-1/report/", sent).status_code < 500


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe=1&body=%ff", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"body=" + b"&a=1" * 20_000, "application/x-www-form-urlencoded"),
        (b"body=x", "application/x-www-form-urlencoded; charset=utf-16"),
    ],
)
def test_forms_in_strange_clothes(client: Client, body: bytes, kind: str) -> None:
    assert client.post(STORY, body, content_type=kind).status_code < 500


@pytest.mark.parametrize("value", ["\xff" * 10, "reader-x:y:z", "a" * 5000, ""])
def test_a_reader_cookie_of_somebodys_own_making(client: Client, value: str) -> None:
    client.cookies[visitors.COOKIE] = value
    assert client.get(STORY).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"clause-count": "9999999"},
        {"rule-count": "-1"},
        {"rule-count": "²"},
        {"rule-count": "2", "rule-0-when-count": "500"},
        {"do": "up-clause-999999999999"},
        {"do": "drop-rule-0", "rule-count": "0"},
        {"title": "\x00"},
        {"clause-count": "1", "clause-0-title": "\x00\ufffe"},
        {"words-banned-words": "x\n" * 200_000},
        {"rule-count": "1", "rule-0-when-count": "1", "rule-0-when-0-fact": "links",
         "rule-0-when-0-value": "9" * 5000},
    ],
)  # fmt: skip
def test_the_policy_form(client: Client, owen: User, sent: dict[str, str]) -> None:
    client.force_login(owen)
    assert client.post(EDITOR, sent).status_code < 500
    assert client.get(EDITOR, follow=True).status_code == 200  # and the editor still opens
    assert client.get(f"{EDITOR}publish/").status_code == 200


@pytest.mark.parametrize("page", ["publish/", "discard/", "json/", "versions/1/revert/"])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seen": "x"},
        {"seen": "\x00"},
        {"seen": "2020-13-45T99:99"},
        {"seen": "2020-01-01T00:00:00"},
        {"note": "a\x00" * 5000, "seen": "2020-01-01T00:00:00+00:00"},
        {"live": "²"},
        {"live": "9" * 18},
        {"document": "\x00"},
        {"document": '{"rules": [' + '{"when": [[[[{}]]]]},' * 50 + "{}]}"},
    ],
)
def test_the_pages_behind_it(client: Client, owen: User, page: str, sent: dict[str, str]) -> None:
    client.force_login(owen)
    assert client.post(f"{EDITOR}{page}", sent).status_code < 500
    assert PolicyVersion.objects.filter(number__isnull=False).count() == 1
    for tab in ("", "json/", "publish/"):
        assert client.get(f"{EDITOR}{tab}", follow=True).status_code == 200
