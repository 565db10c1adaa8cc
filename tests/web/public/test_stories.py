"""Readers on a story's page: reading, writing, being told what became of it, reporting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from moderation.models import Author, Comment, Decision, Flag, Site, Source, Status, Story
from moderation.policy_versions.live import ensure_default
from moderation.web.public import visitors
from tests.cast import MakeComment

PAGE = "/stories/daily/mill-street/"
TEXT = "At last. The vans made the crossing at the market a gamble."
HOSTILE = [
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "http://x/?'onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{7*7}} {% load static %} ${7*7} %s {0.__class__}",
    "</textarea></title></script>--> ]]>",
    "\u202eevil\u2066 text",
    "[link](http://tracker.example/x.png) ![](http://tracker.example/x.png)",
]


@pytest.fixture
def policy(daily: Site) -> None:
    ensure_default(daily)


def send(client: Client, body: str = TEXT, **fields: str):
    sent = {"name": "Ravi", "body": body, "key": "k" * 24, **fields}
    return client.post(PAGE, sent)


def decide(comment: Comment, status: Status, *clauses: str, **fields: object) -> None:
    """Give a comment a decision, as the services would leave it."""
    policy = ensure_default(comment.site)
    Decision.objects.create(
        site=comment.site,
        comment=comment,
        revision=1,
        version=2,
        status_before=Status.PENDING,
        status=status,
        source=fields.pop("source", Source.POLICY),
        policy=policy,
        clauses=list(clauses),
        **fields,
    )
    Comment.objects.filter(pk=comment.pk).update(status=status, version=2)


def mine() -> Comment:
    return Comment.objects.get()


def test_the_front_page_shows_the_ways_in(client: Client, story: Story, herald: Site) -> None:
    page = client.get("/").content.decode()
    assert story.title in page
    assert 'href="/policy/daily/"' in page
    assert "Herald" not in page  # it has no pages for readers


def test_a_story_has_its_text_and_its_approved_comments(
    client: Client, policy: None, story: Story, make_comment: MakeComment
) -> None:
    top = make_comment("The first word.", status=Status.APPROVED, author_name="Greta")
    make_comment("An answer.", status=Status.APPROVED, author_name="Ben", parent=top)
    for status in (Status.PENDING, Status.IN_REVIEW, Status.REJECTED):
        make_comment(f"Hidden {status}.", status=status)
    page = client.get(PAGE).content.decode()
    assert "voted nine to four" in page
    assert "The first word." in page and "An answer." in page
    assert "replying to" in page and "1 reply" in page
    assert "Hidden" not in page
    assert "Comments are moderated." in page and 'href="/policy/daily/"' in page


def test_a_story_costs_few_queries_however_many_comments_it_has(
    client: Client,
    policy: None,
    story: Story,
    make_comment: MakeComment,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    parent = None
    for number in range(20):
        parent = make_comment(f"Comment {number}", status=Status.APPROVED, parent=parent)
    client.get(PAGE)
    with django_assert_max_num_queries(8):
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/stories/nothing/",
        "/stories/daily/no-such-story/",
        "/stories/daily/%00/",
        "/stories/herald/",
        "/stories/daily/mill-street/comments/none/report/",
    ],
)
def test_what_is_not_there_is_not_found(
    client: Client, story: Story, herald: Site, address: str
) -> None:
    assert client.get(address).status_code == 404


def test_a_site_without_pages_for_readers_has_none(client: Client, story: Story) -> None:
    Site.objects.update(reader_pages=False)
    assert client.get(PAGE).status_code == 404
    assert send(client).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_shown_as_it_is(
    client: Client, policy: None, story: Story, make_comment: MakeComment, text: str
) -> None:
    make_comment(text, status=Status.APPROVED, author_name=text[:90])
    page = client.get(PAGE).content.decode()
    escaped = (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        .replace('"', "&quot;").replace("'", "&#x27;")
    )  # fmt: skip
    assert page.count(escaped) >= 2
    assert "<svg/onload" not in page and "<script>alert" not in page
    assert 'href="javascript:' not in page and "tracker.example/x.png<" not in page.split("&lt;")[0]


def test_a_sent_comment_is_stored_as_written_and_its_status_is_shown(
    client: Client, policy: None, story: Story
) -> None:
    answer = send(client, "First line.\r\nSecond line.  ")
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}#yours"
    comment = mine()
    assert comment.body == "First line.\nSecond line.  "
    assert comment.author and comment.author.external_id.startswith("reader-")
    assert comment.author_name == "Ravi"
    page = client.get(PAGE).content.decode()
    assert "Being checked" in page and 'data-pace="soon"' in page
    assert 'value="Ravi"' in page  # the name is remembered


def test_an_answer_keeps_whom_it_answers(
    client: Client, policy: None, story: Story, make_comment: MakeComment
) -> None:
    top = make_comment("The first word.", status=Status.APPROVED, author_name="Greta")
    form = client.get(f"{PAGE}?reply={top.external_id}").content.decode()
    assert "Replying to" in form and f'value="{top.external_id}"' in form
    send(client, parent=top.external_id)
    assert Comment.objects.get(body=TEXT).parent == top


@pytest.mark.parametrize("parent", ["nobody", "hidden", "\x00"])
def test_an_answer_to_what_nobody_sees_is_kept_in_the_form(
    client: Client, policy: None, story: Story, make_comment: MakeComment, parent: str
) -> None:
    make_comment("Rejected.", status=Status.REJECTED, external_id="hidden")
    answer = send(client, parent=parent)
    assert answer.status_code in (409, 422)
    assert TEXT in answer.content.decode()
    assert Comment.objects.count() == 1


def test_the_same_form_twice_is_one_comment(client: Client, policy: None, story: Story) -> None:
    assert [send(client).status_code for _ in range(2)] == [302, 302]
    assert Comment.objects.count() == 1
    # Going back, writing something else and sending again is a second comment.
    assert send(client, "Something else.").status_code == 302
    assert Comment.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": ""}, "Please write something"),
        ({"body": " \u200b\u3164 "}, "The text is invisible"),
        ({"body": "x" * 10_001}, "At most 10,000 characters"),
        ({"body": "a" + "\u0301" * 100}, "combining marks"),
        ({"body": "nul \x00 here"}, "Null characters"),
        ({"name": ""}, "Please give a name"),
        ({"name": "\u200b"}, "Please give a name"),
        ({"name": "x" * 101}, "at most 100 characters"),
    ],
)
def test_a_refused_form_keeps_what_was_written(
    client: Client, policy: None, story: Story, fields: dict[str, str], said: str
) -> None:
    answer = send(client, **{"body": TEXT, **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    if "body" not in fields:
        assert TEXT in page
    assert not Comment.objects.exists()


def test_too_many_comments_are_asked_to_wait(client: Client, policy: None, story: Story) -> None:
    allowed = settings.READER_COMMENTS_PER_MINUTE
    answers = [send(client, f"Comment {number}") for number in range(allowed + 1)]
    assert [answer.status_code for answer in answers] == [302] * allowed + [429]
    refused = answers[-1]
    assert "Please wait" in refused.content.decode()
    assert f"Comment {allowed}" in refused.content.decode()
    assert 0 < int(refused["Retry-After"]) <= 60


def test_forgetting_the_cookie_does_not_help(client: Client, policy: None, story: Story) -> None:
    allowed = settings.READER_COMMENTS_PER_MINUTE * visitors.READERS_PER_ADDRESS
    answers = [send(Client(), f"Comment {number}").status_code for number in range(allowed + 1)]
    assert answers[-1] == 429


def test_a_forged_address_is_not_believed(rf, settings) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "1.2.3.4, 5.6.7.8"})
    assert visitors.address_of(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert visitors.address_of(request) == "5.6.7.8"
    settings.TRUSTED_PROXIES = 3
    assert visitors.address_of(request) == "127.0.0.1"


def test_a_closed_story_says_so_and_takes_nothing(
    client: Client, policy: None, story: Story
) -> None:
    Story.objects.update(state=Story.State.CLOSED)
    assert "Comments on this story are closed." in client.get(PAGE).content.decode()
    answer = send(client)
    assert answer.status_code == 409 and TEXT in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("status", "clauses", "source", "said"),
    [
        (Status.APPROVED, [], Source.POLICY, ["Posted"]),
        (Status.IN_REVIEW, ["no-abuse"], Source.POLICY, ["Waiting for a moderator", "not sure"]),
        (Status.IN_REVIEW, ["how-we-decide"], Source.POLICY, ["before it is posted"]),
        (
            Status.REJECTED,
            ["no-spam"],
            Source.POLICY,
            ["Not posted", "Our software rejected your comment"],
        ),
        (
            Status.REJECTED,
            ["no-spam"],
            Source.MODERATOR,
            ["Not posted", "A moderator rejected your comment"],
        ),
    ],
)
def test_the_author_is_told_the_outcome_and_the_clause(
    client: Client,
    policy: None,
    story: Story,
    status: Status,
    clauses: list[str],
    source: Source,
    said: list[str],
) -> None:
    send(client)
    decide(mine(), status, *clauses, source=source)
    page = client.get(PAGE).content.decode()
    yours = page.split('id="yours"')[1].split('id="thread"')[0]
    yours = " ".join(yours.split())
    for sentence in said:
        assert sentence in yours
    if clauses == ["no-spam"]:
        assert "because of this point of the policy:" in yours
        assert "No advertising and no spam" in yours
        assert "/policy/daily/versions/1/#no-spam" in yours
    assert TEXT in yours
    for secret in ("0.9", "threshold", "toxicity"):
        assert secret not in yours


def test_a_decision_within_the_hold_is_not_told(client: Client, policy: None, story: Story) -> None:
    send(client)
    decide(mine(), Status.IN_REVIEW, "no-abuse")
    later = datetime.now(UTC) + timedelta(seconds=60)
    decide(mine(), Status.REJECTED, "no-abuse", source=Source.MODERATOR, effective_at=later)
    Comment.objects.update(held_until=later, status_before=Status.IN_REVIEW)
    page = client.get(PAGE).content.decode()
    assert "Waiting for a moderator" in page and "Not posted" not in page


def test_nobody_else_is_told(client: Client, policy: None, story: Story) -> None:
    send(client)
    stranger = Client()
    assert TEXT in client.get(PAGE).content.decode()
    page = stranger.get(PAGE).content.decode()
    assert 'id="yours"' in page and TEXT not in page
    # The id alone is worth nothing: the cookie is signed.
    author = Author.objects.get()
    stranger.cookies[visitors.COOKIE] = f"{author.external_id}:forged:signature"
    page = stranger.get(PAGE).content.decode()
    assert 'id="yours"' in page and TEXT not in page
    stranger.cookies[visitors.COOKIE] = author.external_id
    page = stranger.get(PAGE).content.decode()
    assert 'id="yours"' in page and TEXT not in page


def test_looking_again_stops_when_it_is_decided(client: Client, policy: None, story: Story) -> None:
    send(client)
    look = {"headers": {"HX-Request": "true"}}
    answer = client.get(f"{PAGE}yours/?posted=0", **look)
    assert 'data-pace="soon"' in answer.content.decode() and "HX-Trigger" not in answer
    state = answer.content.decode().split("state=")[1].split('"')[0]
    assert client.get(f"{PAGE}yours/?posted=0&state={state}", **look).status_code == 204
    decide(mine(), Status.IN_REVIEW)
    assert 'data-pace="later"' in client.get(f"{PAGE}yours/?posted=0", **look).content.decode()
    decide(mine(), Status.APPROVED)
    answer = client.get(f"{PAGE}yours/?posted=0", **look)
    shown = answer.content.decode()
    assert "Posted" in shown and "data-pace" not in shown
    assert answer["HX-Trigger"] == "comments-changed"
    assert client.get(f"{PAGE}yours/").status_code == 302  # without htmx: the page


def test_a_long_conversation_comes_in_pages(
    client: Client, policy: None, story: Story, make_comment: MakeComment
) -> None:
    for number in range(31):
        make_comment(f"Comment number {number}.", status=Status.APPROVED)
    first = client.get(PAGE).content.decode()
    assert "Comment number 29." in first and "Comment number 30." not in first
    following = first.split("?after=")[1].split("#")[0]
    second = client.get(f"{PAGE}?after={following}").content.decode()
    assert "Comment number 30." in second and "Comment number 29." not in second


def test_any_comment_has_an_address(
    client: Client, policy: None, story: Story, make_comment: MakeComment
) -> None:
    roots = [make_comment(f"Comment number {n}.", status=Status.APPROVED) for n in range(40)]
    below = make_comment("An answer far down.", status=Status.APPROVED, parent=roots[35])
    page = client.get(f"{PAGE}?at={below.external_id}").content.decode()
    assert "An answer far down." in page and "Comment number 35." in page
    assert "Comment number 34." not in page and "Back to the first comments" in page
    for at in (roots[3].external_id, "nobody", "\x00"):
        assert "Comment number 0." in client.get(PAGE, {"at": at}).content.decode()


def test_a_story_without_text_leads_to_the_publisher(
    client: Client, policy: None, story: Story
) -> None:
    Story.objects.update(body="", state=Story.State.PREMODERATED)
    page = client.get(PAGE).content.decode()
    assert "Read the story at daily.example" in page and "nofollow ugc noopener" in page
    assert "A moderator reads every comment on this story" in page
    for url in ("javascript://x/%0aalert(1)", "http://[", "data:text/html,x", ""):
        Story.objects.update(url=url)
        page = client.get(PAGE).content.decode()
        assert "This page does not have the text of the story." in page
        assert "Read the story at" not in page


def test_a_report_reaches_the_moderators_once(
    client: Client, policy: None, story: Story, make_comment: MakeComment
) -> None:
    comment = make_comment("Buy now!", status=Status.APPROVED)
    address = f"{PAGE}comments/{comment.external_id}/report/"
    assert "Buy now!" in client.get(address).content.decode()
    assert client.post(address, {"note": "?"}).status_code == 422
    for _ in range(2):
        answer = client.post(address, {"reason": "spam", "note": "An advertisement."}, follow=True)
        assert "The moderators have your report." in answer.content.decode()
    assert Flag.objects.get().reason == "spam"


def test_only_what_readers_see_can_be_reported(
    client: Client, story: Story, make_comment: MakeComment
) -> None:
    comment = make_comment("Hidden.", status=Status.IN_REVIEW)
    address = f"{PAGE}comments/{comment.external_id}/report/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"reason": "spam"}).status_code == 404


def test_forms_of_other_sites_are_refused(policy: None, story: Story) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = send(strict)
    assert answer.status_code == 403 and "Please send the form again" in answer.content.decode()
    assert not Comment.objects.exists()


def test_pages_carry_the_policy_of_their_content(
    client: Client, policy: None, story: Story
) -> None:
    for address in ("/", PAGE, "/policy/daily/", "/stories/daily/"):
        answer = client.get(address)
        rules = answer["Content-Security-Policy"]
        assert "default-src 'none'" in rules and "unsafe" not in rules
        page = answer.content.decode()
        assert '<main id="main"' in page and "moderation/app.css" in page
        assert "style=" not in page and "onclick" not in page and "<script>" not in page


def test_an_erased_comment_is_gone_from_both_lists(
    client: Client, policy: None, story: Story
) -> None:
    send(client)
    Comment.objects.update(status=Status.APPROVED)
    assert client.get(PAGE).content.decode().count(TEXT) == 2
    Comment.objects.update(erased_at=datetime.now(UTC))
    page = client.get(PAGE).content.decode()
    assert "There are no comments yet." in page and TEXT not in page
