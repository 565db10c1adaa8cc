"""Translators reach every sentence of the pages, and a page says which language it speaks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils.translation import gettext

from moderation.web.language import LanguageMiddleware
from tests.web.untranslated import in_script, in_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
SCRIPTS = ROOT / "moderation" / "static" / "moderation"
# Fragments that stand inside a tag hold no text.
INSIDE_A_TAG = re.compile(r"_(class|attributes)\.html$")


def templates(ending: str) -> list[str]:
    paths = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob(f"*.{ending}"))
    return [path for path in paths if not INSIDE_A_TAG.search(path)]


def scripts() -> list[str]:
    paths = sorted(str(path.relative_to(SCRIPTS)) for path in SCRIPTS.rglob("*.js"))
    return [path for path in paths if not path.startswith("vendor")]


@pytest.mark.parametrize("name", templates("html"))
def test_every_text_of_a_template_can_be_translated(name: str) -> None:
    assert in_template((TEMPLATES / name).read_text("utf-8")) == []


@pytest.mark.parametrize("name", templates("txt"))
def test_every_sentence_of_a_mail_can_be_translated(name: str) -> None:
    assert in_template((TEMPLATES / name).read_text("utf-8"), html=False) == []


@pytest.mark.parametrize("name", scripts())
def test_a_script_holds_no_sentence(name: str) -> None:
    assert in_script((SCRIPTS / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Your comment</p>", "Your comment"),
        ("<p>{{ count }} comments</p>", "comments"),
        ('<a title="Show it">{{ name }}</a>', "title=Show it"),
        ('<input type="submit" value="Send">', "value=Send"),
        ('<button{% if danger %} class="danger"{% endif %}>Remove</button>', "Remove"),
        ('{{ title|default:"A story without a title" }}', "A story without a title"),
        ('{% include "field.html" with label="Title" %}', "Title"),
        ("{% translate 'Yes' %}, and {% translate 'no' %}", ", and"),
    ],
)
def test_a_text_that_nobody_could_translate_is_found(source: str, text: str) -> None:
    assert in_template(source) == [text]


@pytest.mark.parametrize(
    "source",
    [
        "<p>{% translate 'Your comment' %}</p>",
        "<p>{% blocktranslate count n=count %}{{ n }} comment{% plural %}{{ n }} comments"
        "{% endblocktranslate %} · {{ name }}</p>",
        "{% comment %}A sentence for developers.{% endcomment %}{# And another one. #}",
        '{{ title|default:_("A story without a title") }}',
        '{% include "field.html" with label=_("Title") f=fields.title class="wide" %}',
        '<input type="hidden" name="seen" value="2026">{% if kind == "Other" %}12 %{% endif %}',
        "<h1>Moderato</h1>",
    ],
)
def test_what_can_be_translated_or_needs_no_translation_is_left_alone(source: str) -> None:
    assert in_template(source) == []


def test_a_sentence_in_a_script_is_found() -> None:
    source = """
    // A comment's words are for developers.
    const rows = document.querySelectorAll("details summary");
    if (event.key === "Escape") status.textContent = "Nothing was saved.";
    note.textContent = `${count} comments are left`;
    """
    assert in_script(source) == ["Nothing was saved.", "${count} comments are left"]


# --- the language of a page ---------------------------------------------------------------------


@pytest.fixture
def languages(settings: Any) -> None:
    """As if the folders of two languages were there; Django and allauth speak both."""
    settings.LANGUAGES = [("ar", "العربية"), ("de", "Deutsch"), ("en", "English")]


@pytest.mark.parametrize(
    ("wanted", "language", "direction"),
    [("de-AT, de;q=0.9, en;q=0.8", "de", "ltr"), ("ar", "ar", "rtl"), ("is, fr", "en", "ltr")],
)
def test_a_page_speaks_the_browsers_language(
    client: Client, db: None, languages: None, wanted: str, language: str, direction: str
) -> None:
    answer = client.get("/accounts/login/", headers={"accept-language": wanted})
    assert f'<html lang="{language}" dir="{direction}">' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    missing = client.get("/nothing/here/", headers={"accept-language": wanted})
    assert f'<html lang="{language}" dir="{direction}">' in missing.content.decode()


def test_with_one_language_a_page_does_not_depend_on_the_browser(client: Client, db: None) -> None:
    answer = client.get("/accounts/login/", headers={"accept-language": "de"})
    assert '<html lang="en" dir="ltr">' in answer.content.decode()
    assert "Accept-Language" not in answer["Vary"]


def test_the_next_request_of_the_thread_is_in_english_again(languages: None) -> None:
    """The API answers in front of the middleware, in the thread that served a page before."""
    spoken = []

    def page(request: HttpRequest) -> HttpResponse:
        spoken.append(gettext("Password"))
        return HttpResponse()

    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = "de"
    LanguageMiddleware(page)(request)
    assert spoken == ["Passwort"]
    assert gettext("Password") == "Password"


# --- collecting ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `make messages NEW=de` writes, in a copy of the project."""
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not installed")
    copy = tmp_path_factory.mktemp("project")
    for name in ("moderation", "templates"):
        ignored = shutil.ignore_patterns("__pycache__", "static", "migrations", "demo")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    (copy / "moderation" / "locale").mkdir(exist_ok=True)
    shutil.copy(ROOT / "manage.py", copy)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "de", "--no-wrap"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "UnicodeDecodeError" not in done.stdout and "warning" not in done.stderr, done.stderr
    yield (copy / "moderation" / "locale" / "de" / "LC_MESSAGES" / "django.po").read_text("utf-8")


@pytest.mark.parametrize(
    "sentence", ["Skip to the content", "The address or the password is not right."]
)
def test_sentences_are_collected(collected: str, sentence: str) -> None:
    assert f'msgid "{sentence}"' in collected
