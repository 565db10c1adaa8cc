"""Pages in a language that puts every sentence in brackets: what has none, nobody translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import _trans

from moderation.appeals.actions import open_appeal
from moderation.decisions.author_link import decision_url
from moderation.models import ClassifierVersion, PolicyVersion, Score, Site, Status, Story
from moderation.platform import memo
from moderation.policy import DEFAULT_DOCUMENT
from moderation.policy_versions.drafts import save_draft
from moderation.policy_versions.live import ensure_default
from tests.cast import MakeComment
from tests.desk import rule
from tests.web.untranslated import SHOWN_ATTRIBUTES, is_text

# The data of these tests, and names: everything else on a page must come from the translation.
DATA = re.compile(
    r"The policy that every site starts with|City council.*|Text by a person\.|daily\.example"
    r"|The Daily|Owen|Ravi|Greta|City|mona|owen"
)
# Sentences of moderation.policy and moderation.intake, which other tests look at.
ELSEWHERE = ("changes", "errorlist", "automatic-decisions", "general", "fact", "grow")


def strings(value: Any) -> Iterator[str]:
    """Return every text of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from strings(entry)


POLICY = sorted({text for text in strings(DEFAULT_DOCUMENT) if " " in text}, key=len, reverse=True)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put every translated text in ⟦brackets⟧, in place of a language."""
    _trans.gettext, _trans.ngettext  # noqa: B018  # the real ones are found on first use

    def bracket(message: str) -> str:
        return f"⟦{message}⟧" if message else message

    monkeypatch.setattr(_trans, "gettext", bracket)
    monkeypatch.setattr(_trans, "pgettext", lambda context, message: bracket(message))
    monkeypatch.setattr(
        _trans, "ngettext", lambda one, many, count: bracket(one if count == 1 else many)
    )
    monkeypatch.setattr(
        _trans,
        "npgettext",
        lambda context, one, many, count: bracket(one if count == 1 else many),
    )


class Texts(HTMLParser):
    """Collects the texts of a page that stand in no brackets."""

    SILENT = ("script", "style", "code", "textarea")
    VOID = ("meta", "link", "input", "img", "br", "hr", "source")

    def __init__(self) -> None:
        super().__init__()
        self.untranslated: list[str] = []
        self._depth = 0
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        data = tag in self.SILENT or "comment-text" in classes or set(classes) & set(ELSEWHERE)
        data = bool(data) or any(data for _, data in self._open)
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES and not data:
                self._check(value or "")
        if tag not in self.VOID:
            self._open.append((tag, data))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(data for _, data in self._open):
            self._check(data)

    def _check(self, text: str) -> None:
        before = self._depth
        self._depth += text.count("⟦") - text.count("⟧")
        if before or "⟦" in text:
            text = re.sub(r"⟦.*?⟧|⟦.*|.*⟧", "", text, flags=re.DOTALL) if not before else ""
        for written in POLICY:
            text = text.replace(written, "")
        if is_text(DATA.sub("", text)):
            self.untranslated.append(text.strip())


def untranslated(page: str) -> list[str]:
    texts = Texts()
    texts.feed(page)
    texts.close()
    return texts.untranslated


def test_the_search_finds_what_has_no_brackets() -> None:
    page = '<p title="Rate">⟦One⟧ two</p><p>⟦By <bdi>Ravi</bdi> today⟧</p><b>Three</b>'
    assert untranslated(page) == ["Rate", "two", "Three"]


@pytest.fixture
def site(
    daily: Site, story: Story, owen: User, mona: User, make_comment: MakeComment
) -> Iterator[Site]:
    """A site with something on each of its pages."""
    memo.forget_all()
    live = ensure_default(daily)
    parent = make_comment("Text by a person.", status=Status.APPROVED, author_name="Greta")
    make_comment("Text by a person.", status=Status.APPROVED, author_name="Ravi", parent=parent)
    version = ClassifierVersion.objects.create(name="tests-1")
    Score.objects.create(
        comment=parent, revision=1, classifier_version=version, signals={"toxicity": 0.6}
    )
    document = {**live.document, "title": "Text by a person.", "default": "review", "rules": []}
    save_draft(daily, document=document, user=owen, seen=None)
    yield daily
    memo.forget_all()


STORY = "/stories/daily/mill-street/"
PUBLIC = ["/", "/stories/daily/", STORY, f"{STORY}?reply=none", "/policy/daily/", "/nothing/"]
ACCOUNT = ["login/", "password/reset/", "password/reset/done/", "signup/", "inactive/"]
EDITOR = ["", "json/", "publish/", "versions/", "versions/1/revert/"]


@pytest.mark.parametrize("address", [*PUBLIC, *(f"/accounts/{path}" for path in ACCOUNT)])
def test_a_page_for_everybody_is_translated(
    client: Client, site: Site, pseudo: None, address: str
) -> None:
    page = client.get(address).content.decode()
    assert "⟦" in page
    assert untranslated(page) == []


@pytest.mark.parametrize("path", EDITOR)
def test_a_page_of_the_policy_is_translated(
    client: Client, site: Site, owen: User, pseudo: None, path: str
) -> None:
    client.force_login(owen)
    page = client.get(f"/review/daily/policy/{path}").content.decode()
    assert page.count("⟦") > 10
    assert untranslated(page) == []


def test_what_a_reader_is_told_is_translated(client: Client, site: Site, pseudo: None) -> None:
    sent = {"name": "Ravi", "body": "Text by a person.", "key": "k" * 24}
    refused = client.post(STORY, {**sent, "name": "", "body": ""}).content.decode()
    assert untranslated(refused) == [] and "Please write something" in refused
    page = client.post(STORY, sent, follow=True).content.decode()
    assert untranslated(page) == [] and "Being checked" in page


@pytest.mark.parametrize("person", [True, False])
def test_the_decision_and_the_appeal_are_translated(
    client: Client, site: Site, mona: User, make_comment: MakeComment, pseudo: None, person: bool
) -> None:
    policy = PolicyVersion.objects.get(number=1)
    comment = make_comment("Text by a person.")
    clauses = ["no-abuse"]
    rule(comment, Status.REJECTED, mona if person else None, clauses=clauses, policy=policy)
    comment.refresh_from_db()
    address = decision_url(comment.pk).removeprefix("http://localhost:8000")
    page = client.get(address).content.decode()
    assert untranslated(page) == [] and "because of this point of the policy" in page
    open_appeal(comment, author_id=None, words="Text by a person.")
    page = client.get(address).content.decode()
    assert untranslated(page) == [] and "Waiting for an answer" in page
