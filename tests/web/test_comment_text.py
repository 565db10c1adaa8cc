"""Comment text on a page: nothing hidden, nothing executed, marks at their exact place."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template

from moderation.templatetags.comment_text import Mark, segments


def shown(text: str, marks: list[Mark] | None = None) -> str:
    template = Template("{% load comment_text %}{% comment_text text marks %}")
    return template.render(Context({"text": text, "marks": marks or []}))


def test_plain_text_is_one_segment() -> None:
    assert [segment.text for segment in segments("A quiet street.\nAt last.")] == [
        "A quiet street.\nAt last."
    ]


def test_marks_stand_at_their_exact_place() -> None:
    found = segments("You fool, you", [Mark(4, 8, "banned", "Banned word")])
    assert [(s.text, s.kind) for s in found] == [("You ", ""), ("fool", "banned"), (", you", "")]


def test_the_stronger_mark_wins_where_two_lie_on_each_other() -> None:
    marks = [Mark(0, 10, "weighed"), Mark(4, 6, "banned")]
    assert [(s.text, s.kind) for s in segments("0123456789", marks)] == [
        ("0123", "weighed"),
        ("45", "banned"),
        ("6789", "weighed"),
    ]


def test_marks_beyond_the_text_do_no_harm() -> None:
    assert "".join(s.text for s in segments("short", [Mark(-5, 99, "banned")])) == "short"


@pytest.mark.parametrize(
    ("text", "badge"),
    [
        ("id\u200biot", "U+200B"),
        ("\u202egnirts", "U+202E"),
        ("\u2066abc", "U+2066"),
        ("\x1b[2J", "U+001B"),
        ("one\rtwo", "U+000D"),
        ("a\u2028b", "U+2028"),
        ("\ufeffstart", "U+FEFF"),
        ("soft\u00adhyphen", "U+00AD"),
        ("\ue000", "U+E000"),
        ("\ufffe", "U+FFFE"),
        ("\U000e0041", "U+E0041"),
        ("\u3164", "U+3164"),
    ],
)
def test_a_hidden_character_is_shown_as_a_badge(text: str, badge: str) -> None:
    page = shown(text)
    assert badge in page
    hidden = [character for character in text if f"U+{ord(character):04X}" == badge]
    assert not any(character in page for character in hidden)


def test_a_run_of_hidden_characters_is_one_badge() -> None:
    assert "U+200B ×500" in shown("a" + "\u200b" * 500 + "b")


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 family", "می‌خواهم", "क्‍ष", "one\r\ntwo", "tab\there", "❤️‍🔥"]
)
def test_joiners_that_do_honest_work_stay(text: str) -> None:
    assert [segment.kind for segment in segments(text)] == [""]


HOSTILE = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ('"><svg/onload=alert(1)>', "&quot;&gt;&lt;svg/onload=alert(1)&gt;"),
    ("{{7*7}}{% load comment_text %}${7*7}", "{{7*7}}{% load comment_text %}${7*7}"),
    ("</textarea></title>-->]]>", "&lt;/textarea&gt;&lt;/title&gt;--&gt;]]&gt;"),
    ("<base href=//evil>", "&lt;base href=//evil&gt;"),
    ("it's &lt;b&gt; & more", "it&#x27;s &amp;lt;b&amp;gt; &amp; more"),
]


@pytest.mark.parametrize(("text", "escaped"), HOSTILE)
def test_hostile_text_is_shown_literally(text: str, escaped: str) -> None:
    assert shown(text) == escaped


@pytest.mark.parametrize(("text", "escaped"), HOSTILE)
def test_hostile_text_is_shown_literally_in_a_mark(text: str, escaped: str) -> None:
    mark = Mark(0, len(text), "banned", '"><b>')
    assert shown(text, [mark]) == (
        f'<mark class="banned" title="&quot;&gt;&lt;b&gt;">{escaped}</mark>'
    )


def test_hostile_text_is_shown_literally_around_a_mark() -> None:
    assert shown("<script>alert(1)</script>", [Mark(8, 13, "suspect")]) == (
        '&lt;script&gt;<mark class="suspect">alert</mark>(1)&lt;/script&gt;'
    )


def test_hostile_text_is_shown_literally_next_to_a_hidden_character() -> None:
    badge = '<span class="[a-z-]+" title="zero width space, not shown as such">U\\+200B</span>'
    assert re.fullmatch(f"&lt;b&gt;{badge}&lt;/b&gt;", shown("<b>\u200b</b>"))


def test_a_long_hostile_text_is_cut_quickly() -> None:
    text = "\u200ba" * 5000
    assert len(segments(text, [Mark(0, len(text), "weighed")])) == 10_000
