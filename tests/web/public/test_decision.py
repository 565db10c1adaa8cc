"""The page that tells an author of the decision on a comment, and what can be done about it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.appeals.actions import grant, open_appeal, uphold
from moderation.decisions.author_link import decision_url
from moderation.intake import erase
from moderation.models import (
    Appeal,
    Author,
    Comment,
    Moderator,
    PolicyVersion,
    Revision,
    Site,
    Source,
    Status,
    Story,
)
from moderation.web.public import visitors
from tests.cast import MakeComment
from tests.desk import rule

READER = "reader-" + "7" * 32
WORDS = "I quoted the mayor, word for word."
TEXT = "The mayor called it “<b>nonsense</b>”."


@pytest.fixture
def rejected(
    make_comment: MakeComment, daily: Site, mona: User, with_policy: PolicyVersion
) -> Comment:
    """A comment, written on the readers' pages, that Mona rejected."""
    author = Author.objects.create(site=daily, external_id=READER, name="Ravi")
    comment = make_comment(TEXT, author=author, author_name="Ravi")
    note = "Second time this week."
    rule(comment, Status.REJECTED, mona, clauses=["no-abuse"], policy=with_policy, note=note)
    comment.refresh_from_db()
    return comment


@pytest.fixture
def reader(client: Client) -> Client:
    """The browser with which it was written."""
    answer = client.get("/stories/daily/nothing/")
    visitors.remember_reader(answer, READER)  # type: ignore[arg-type]
    client.cookies.update(answer.cookies)
    return client


def own(comment: Comment) -> str:
    return f"/stories/daily/mill-street/comments/{comment.external_id}/decision/"


def link(comment: Comment) -> str:
    return decision_url(comment.pk).removeprefix("http://localhost:8000")


def words_of(answer: object) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())  # type: ignore[attr-defined]


def test_it_tells_status_clause_and_who_but_never_a_name(rejected: Comment, client: Client) -> None:
    page = words_of(client.get(link(rejected)))
    assert "Your comment was not posted" in page
    assert "A moderator rejected your comment because of this point of the policy:" in page
    assert "2 No personal abuse" in page and 'href="/policy/daily/versions/1/#no-abuse"' in page
    assert "“&lt;b&gt;nonsense&lt;/b&gt;”" in page
    assert "Mona" not in page and "Second time" not in page
    assert "no-store" in client.get(link(rejected))["Cache-Control"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PENDING, "is being checked"),
        (Status.IN_REVIEW, "A moderator will read your comment"),
        (Status.APPROVED, "Your comment is posted"),
    ],
)
def test_every_status_has_its_words(
    make_comment: MakeComment, client: Client, status: Status, words: str
) -> None:
    page = words_of(client.get(link(make_comment(status=status))))
    assert words in page and "Comments are moderated under" in page
    assert "Send the appeal" not in page and "Send the new text" not in page


def test_the_reader_who_wrote_it_finds_it_from_the_story(rejected: Comment, reader: Client) -> None:
    assert f'href="{own(rejected)}"' in words_of(reader.get("/stories/daily/mill-street/"))
    page = words_of(reader.get(own(rejected)))
    assert "Send the appeal" in page and "Send the new text" in page


def test_nobody_else_finds_it(rejected: Comment, client: Client, story: Story) -> None:
    assert client.get(own(rejected)).status_code == 404
    client.get("/stories/daily/mill-street/")  # a reader, but another one
    assert client.get(own(rejected)).status_code == 404
    assert client.post(own(rejected), {"words": WORDS}).status_code == 404
    token = link(rejected).split("/")[2]
    pk, signature = token.split("~")
    for wrong in (pk, f"{pk}~{signature[:-1]}", f"{int(pk) + 1}~{signature}", f"x~{signature}"):
        assert client.get(f"/decisions/{wrong}/").status_code == 404
    assert not Appeal.objects.exists()


def test_what_was_erased_is_gone(rejected: Comment, reader: Client) -> None:
    erase.erase_comment(rejected)
    assert reader.get(own(rejected)).status_code == 404
    assert reader.get(link(rejected)).status_code == 404


def test_an_appeal_is_sent_once_and_its_state_is_shown(rejected: Comment, client: Client) -> None:
    for _ in range(2):
        answer = client.post(link(rejected), {"words": f"{WORDS}\r\nTwice."})
        assert (answer.status_code, answer["Location"]) == (302, link(rejected))
    assert Appeal.objects.get().words == f"{WORDS}\nTwice."
    page = words_of(client.get(link(rejected)))
    assert "Waiting for an answer" in page and "Send the appeal" not in page
    refused = client.post(link(rejected), {"words": "Another one."})
    assert (
        refused.status_code == 422
        and "There is already an appeal against this rejection" in words_of(refused)
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Please write a sentence"),
        ("\u200b", "The text is invisible"),
        ("x" * 2001, "At most 2,000 characters"),
    ],
)
def test_what_is_wrong_with_an_appeal_stands_at_its_field(
    rejected: Comment, client: Client, words: str, said: str
) -> None:
    answer = client.post(link(rejected), {"words": words})
    assert answer.status_code == 422
    assert said in words_of(answer) and 'aria-invalid="true"' in words_of(answer)


def test_who_is_too_fast_waits_and_keeps_the_words(
    rejected: Comment, client: Client, settings: pytest.fixture
) -> None:
    settings.READER_COMMENTS_PER_MINUTE = 1
    client.post(link(rejected), {"words": WORDS})
    answer = client.post(link(rejected), {"words": "More of it."})
    assert "Please wait" in words_of(answer) and "More of it." in words_of(answer)


@pytest.mark.parametrize(
    ("verb", "badge"),
    [(grant, "Granted"), (uphold, "Decision confirmed")],
)
def test_the_answer_appears_after_the_hold(
    rejected: Comment,
    client: Client,
    owen: User,
    settings: pytest.fixture,
    verb: type,
    badge: str,
) -> None:
    made, _ = open_appeal(rejected, author_id=READER, words=WORDS)
    decision = verb(owen, made.pk, expected_version=2, answer="I have <i>looked</i>.")
    held = words_of(client.get(link(rejected)))
    assert "Waiting for an answer" in held and "looked" not in held
    settings.PUBLISHING_HOLD_SECONDS = 0
    Appeal.objects.update(outcome=None)
    Comment.objects.update(held_until=None, status=Status.REJECTED)
    verb(owen, made.pk, expected_version=decision.version, answer="I have <i>looked</i>.")
    page = words_of(client.get(link(rejected)))
    assert badge in page and "I have &lt;i&gt;looked&lt;/i&gt;." in page
    assert "who did not make the decision" in page and "Owen" not in page
    assert "Send the appeal" not in page


def test_a_site_with_one_moderator_says_so(
    rejected: Comment, client: Client, mona: User, settings: pytest.fixture
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 0
    made, _ = open_appeal(rejected, author_id=READER, words=WORDS)
    assert "only one moderator" in words_of(client.get(link(rejected)))
    uphold(mona, made.pk, expected_version=2)
    assert "The same moderator reviewed the decision again." in words_of(client.get(link(rejected)))


def test_another_text_is_sent_where_the_comment_was_written(
    rejected: Comment, reader: Client
) -> None:
    open_appeal(rejected, author_id=READER, words=WORDS)
    sent = {"body": "The mayor did not like it.\r\nNor did I.", "revision": "1"}
    assert reader.post(own(rejected), sent).status_code == 302
    rejected.refresh_from_db()
    assert (rejected.body, rejected.status) == ("The mayor did not like it.\nNor did I.", "pending")
    page = words_of(reader.get(own(rejected)))
    assert "is being checked" in page and "Closed" in page
    again = reader.post(own(rejected), {"body": "And again.", "revision": "1"})
    assert again.status_code == 422 and Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"body": TEXT}, "This is the text that was not posted"),
        ({"body": " "}, "Please write something"),
        ({"body": "\u200b"}, "The text is invisible"),
        ({"body": "New.", "revision": "2"}, "changed elsewhere"),
    ],
)
def test_a_text_that_cannot_be_taken_is_kept_and_explained(
    rejected: Comment, reader: Client, sent: dict[str, str], said: str
) -> None:
    answer = reader.post(own(rejected), {"revision": "1", **sent})
    assert answer.status_code == 422 and said in words_of(answer)
    assert not Revision.objects.exists()


def test_by_the_link_alone_nothing_is_changed(rejected: Comment, client: Client) -> None:
    page = words_of(client.get(link(rejected)))
    assert "Send the new text" not in page and "daily.example" in page
    answer = client.post(link(rejected), {"body": "New text.", "revision": "1"})
    assert answer.status_code == 422 and not Revision.objects.exists()


def test_the_link_works_where_readers_have_no_pages(rejected: Comment, reader: Client) -> None:
    Site.objects.update(reader_pages=False)
    assert reader.get(own(rejected)).status_code == 404
    page = words_of(reader.get(link(rejected)))
    assert "Send the appeal" in page and "Send the new text" not in page


def test_software_is_named_as_such(
    make_comment: MakeComment, client: Client, with_policy: PolicyVersion, daily: Site, owen: User
) -> None:
    comment = make_comment()
    why = {"source": Source.POLICY, "clauses": ["no-spam"], "policy": with_policy}
    rule(comment, Status.REJECTED, None, **why)
    page = words_of(client.get(link(comment)))
    assert "Our software rejected your comment because of this point of the policy:" in page
    assert Moderator.objects.filter(site=daily).exists()
