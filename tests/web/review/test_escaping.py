"""What readers and publishers write is shown on the review pages literally, never as HTML."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.decisions.decide import decide
from moderation.models import Author, Comment, Escalation, Flag, Revision, Site, Source, Story
from moderation.policy_versions.live import ensure_default
from moderation.review import actions
from tests.cast import MakeComment
from tests.web.review.test_decide import SCRIPT

BODY = "<script>alert('body')</script> & <img src=x onerror=alert(1)>"
NAME = "<b>Ravi</b> \"&\" 'Co'"
PARENT = "<svg onload=alert('parent')>"
PARENT_NAME = "<u>Nina</u>"
TITLE = "<i>Mill</i> Street & 'more'"
SECTION = "<s>City</s>"
STORY = "</div><script>alert('story')</script>"
NOTE = "<em>note</em> & <script>"
EARLIER = "<h1>What I said at first</h1>"
FLAG = "<a href=//evil>look</a>"


@pytest.fixture
def comment(daily: Site, mona: User, owen: User, make_comment: MakeComment) -> Comment:
    """A comment in review in which every text is hostile."""
    ensure_default(daily)
    story = Story.objects.create(
        site=daily, external_id="hostile", title=TITLE, section=SECTION, body=STORY
    )
    author = Author.objects.create(site=daily, external_id="ravi-h", name=NAME)
    parent = make_comment(PARENT, status="approved", story=story, author_name=PARENT_NAME)
    comment = make_comment(
        BODY, status="pending", story=story, author=author, author_name=NAME, parent=parent
    )
    Revision.objects.create(comment=comment, number=1, body=EARLIER)
    Comment.objects.filter(pk=comment.pk).update(revision=2)
    decide(comment.pk, status="in_review", source=Source.POLICY, expected_version=1)
    Flag.objects.create(comment=comment, flagger_id="f", reason="other", note=FLAG)
    comment.refresh_from_db()
    Escalation.objects.create(
        comment=comment, version=comment.version, moderator=owen, kind="second_opinion", note=NOTE
    )
    return comment


def tagged(page: str, pattern: str) -> str:
    """Return the one part of the page that `pattern` finds, without the spaces around it."""
    found = re.findall(pattern, page, re.DOTALL)
    assert len(found) == 1, found
    return str(found[0]).strip()


def check_comment(page: str) -> None:
    """Each hostile text is there in its place, escaped, character by character."""
    body = tagged(page, r'<div class="prose comment-text body"[^>]*><span>(.*?)</span></div>')
    assert body == (
        "&lt;script&gt;alert(&#x27;body&#x27;)&lt;/script&gt; &amp; "
        "&lt;img src=x onerror=alert(1)&gt;"
    )
    heading = tagged(page, r'<span class="hidden">Comment by</span> <bdi>(.*?)</bdi>')
    assert heading == "&lt;b&gt;Ravi&lt;/b&gt; &quot;&amp;&quot; &#x27;Co&#x27;"
    parent = tagged(page, r'<blockquote class="parent">(.*?)</blockquote>')
    assert "In reply to <bdi>&lt;u&gt;Nina&lt;/u&gt;</bdi>" in parent
    assert ">&lt;svg onload=alert(&#x27;parent&#x27;)&gt;</summary>" in parent
    story_line = tagged(page, r'<p class="context-line story-line">(.*?)</p>')
    assert "<bdi>&lt;s&gt;City&lt;/s&gt;</bdi>" in story_line
    assert "<bdi>&lt;i&gt;Mill&lt;/i&gt; Street &amp; &#x27;more&#x27;</bdi>" in story_line
    escaped_story = "&lt;/div&gt;&lt;script&gt;alert(&#x27;story&#x27;)&lt;/script&gt;"
    assert tagged(page, r'<p class="passage muted"[^>]*>(.*?)</p>') == escaped_story
    assert tagged(page, r'<div class="comment-text small full"[^>]*>(.*?)</div>') == escaped_story
    assert (
        '<span class="comment-text">&lt;em&gt;note&lt;/em&gt; &amp; &lt;script&gt;</span>' in page
    )
    assert ">&lt;h1&gt;What I said at first&lt;/h1&gt;</div>" in page
    assert ">&lt;a href=//evil&gt;look&lt;/a&gt;</p>" in page


def test_the_page_of_a_comment_shows_hostile_texts_literally(
    client: Client, mona: User, comment: Comment
) -> None:
    client.force_login(mona)
    page = client.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    check_comment(page)
    title = tagged(page, r"<title>(.*?)</title>")
    assert title == (
        "&lt;b&gt;Ravi&lt;/b&gt; &quot;&amp;&quot; &#x27;Co&#x27; · Review · The Daily"
    )
    assert tagged(page, r'data-title="(.*?)"') == title


def test_a_script_gets_hostile_texts_escaped(client: Client, mona: User, comment: Comment) -> None:
    client.force_login(mona)
    answer = client.get("/review/daily/ahead/?have=", headers=SCRIPT).json()
    check_comment(answer["cards"][0])


def test_the_list_shows_hostile_texts_literally(
    client: Client, mona: User, comment: Comment
) -> None:
    client.force_login(mona)
    page = client.get("/review/daily/").content.decode()
    assert tagged(page, r'<a class="excerpt comment-text"[^>]*>(.*?)</a>') == html.escape(BODY)
    assert tagged(page, r'<a class="author"[^>]*><bdi>(.*?)</bdi>') == html.escape(NAME)
    assert tagged(page, r'aria-label="Select the comment of (.*?)"') == html.escape(NAME)
    under = tagged(page, r'<p class="small muted context-line">(.*?)</p>')
    assert f"<bdi>{html.escape(SECTION)}</bdi>" in under
    assert f"<bdi>{html.escape(TITLE)}</bdi>" in under


def test_the_other_lists_show_hostile_texts_literally(
    client: Client, mona: User, comment: Comment
) -> None:
    actions.reject(
        mona, comment.pk, clauses=["no-abuse"], expected_version=comment.version, note=NOTE
    )
    client.force_login(mona)
    pages = {
        "/review/daily/own/": [BODY],
        f"/review/daily/authors/{comment.author_id}/": [NAME, BODY, TITLE],
        f"/review/daily/stories/{comment.story_id}/": [TITLE, SECTION, BODY, PARENT, PARENT_NAME],
        f"/review/daily/comments/{comment.pk}/": [BODY, NAME, NOTE],
    }
    for address, texts in pages.items():
        page = client.get(address).content.decode()
        for text in texts:
            assert html.escape(text) in page, (address, text)
            assert text not in page, (address, text)
