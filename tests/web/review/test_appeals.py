"""Appeals in the review room, without JavaScript: listed, read blind, answered, taken back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.appeals.actions import grant, open_appeal, uphold
from moderation.intake import edit
from moderation.intake.erase import erase_comment
from moderation.models import (
    Appeal,
    Author,
    Comment,
    Decision,
    Moderator,
    PolicyVersion,
    Site,
    Status,
)
from tests.cast import MakeComment
from tests.desk import rule

LIST = "/review/daily/appeals/"
WORDS = "I quoted the <i>mayor</i>, word for word.\u200b"


@pytest.fixture
def waiting(
    make_comment: MakeComment, mona: User, owen: User, ravi: Author, with_policy: PolicyVersion
) -> list[Appeal]:
    """Three appeals of Ravi's: two against Mona's rejections, the last against one of Owen's."""
    made = []
    for number, moderator in enumerate((mona, mona, owen)):
        comment = make_comment(f"Comment number {number}.", author=ravi, author_name="Ravi")
        why = {"clauses": ["no-abuse"], "policy": with_policy, "note": "A note of the desk."}
        rule(comment, Status.REJECTED, moderator, **why)
        made.append(open_appeal(comment, author_id="ravi", words=WORDS)[0])
    return made


@pytest.fixture
def owens(client: Client, owen: User) -> Client:
    """Owen at his desk."""
    client.force_login(owen)
    return client


def press(client: Client, appeal: Appeal, action: str, **fields: str):
    version = Comment.objects.get(pk=appeal.comment_id).version
    sent = {"version": str(version), "key": f"press-{appeal.pk}", "action": action, **fields}
    return client.post(f"{LIST}{appeal.pk}/answer/", sent)


def page_of(client: Client, appeal: Appeal) -> str:
    return client.get(f"{LIST}{appeal.pk}/").content.decode()


def test_the_list_shows_what_waits_and_whose_it_is(owens: Client, waiting: list[Appeal]) -> None:
    page = owens.get(LIST).content.decode()
    assert "3 authors ask to look again" in page
    assert "&lt;i&gt;mayor&lt;/i&gt;" in page and "U+200B" in page and "Comment number 2." in page
    assert page.count("somebody else answers") == 1
    assert "Mona" not in page
    assert ">3</span></a>" in owens.get("/review/daily/").content.decode()


def test_next_passes_over_ones_own_rejections(owens: Client, waiting: list[Appeal]) -> None:
    first, second, own = waiting
    assert owens.get(f"{LIST}next/")["Location"] == f"{LIST}{first.pk}/"
    assert owens.get(f"{LIST}next/?after={first.pk}")["Location"] == f"{LIST}{second.pk}/"
    assert owens.get(f"{LIST}next/?after={second.pk}")["Location"] == LIST
    page = page_of(owens, own)
    assert "You rejected this comment: somebody else answers" in page
    assert 'value="grant"' not in page
    refused = press(owens, own, "grant")
    assert refused.status_code == 422 and "somebody else answers" in refused.content.decode()
    assert Appeal.objects.filter(outcome=None).count() == 3


def test_an_appeal_shows_text_words_and_clause_and_folds_away_who_decided(
    owens: Client, waiting: list[Appeal]
) -> None:
    page = page_of(owens, waiting[0])
    assert "Comment number 0." in page and "U+200B" in page
    assert "2 No personal abuse" in page
    shown, folded = page.split('<details class="panel reasons">')
    assert "Mona" not in shown and "A note of the desk." not in shown
    assert "Mona" in folded and "A note of the desk." in folded


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("grant", Status.APPROVED, "Granted: the comment is approved."),
        ("uphold", Status.REJECTED, "The decision stands."),
    ],
)
def test_an_answer_decides_and_goes_on(
    owens: Client, waiting: list[Appeal], action: str, status: str, said: str
) -> None:
    for _ in range(2):
        answer = press(owens, waiting[0], action, version="2", answer="First.\r\nSecond.")
        assert answer["Location"] == f"{LIST}{waiting[1].pk}/"
    appeal = Appeal.objects.select_related("outcome").get(pk=waiting[0].pk)
    assert appeal.outcome and appeal.outcome.status == status
    assert appeal.answer == "First.\nSecond."
    page = owens.get(answer["Location"]).content.decode()
    assert said in page and "Undo" in page
    assert "Owen" in page_of(owens, waiting[0])


@pytest.mark.parametrize("action", ["grant", "uphold"])
def test_undo_opens_it_again_and_keeps_the_words(
    owens: Client, waiting: list[Appeal], action: str
) -> None:
    press(owens, waiting[0], action, answer="Half a thought")
    decision = Decision.objects.latest("pk")
    for _ in range(2):
        answer = owens.post(f"{LIST}undo/", {"decision": str(decision.pk)})
        assert answer["Location"] == f"{LIST}{waiting[0].pk}/"
    page = page_of(owens, waiting[0])
    assert "Half a thought</textarea>" in page and 'value="grant"' in page
    press(owens, waiting[0], "uphold", key="another press")
    assert Appeal.objects.filter(outcome=None).count() == 2


@pytest.mark.parametrize("decision", ["", "0", "x", "9" * 30, "²"])
def test_it_takes_nothing_back_when_there_is_nothing(
    owens: Client, waiting: list[Appeal], mona: User, decision: str
) -> None:
    made = grant(mona, waiting[2].pk, expected_version=2)
    for given in (decision, str(made.pk)):
        answer = owens.post(f"{LIST}undo/", {"decision": given}, follow=True)
        assert "There is nothing to take back." in answer.content.decode()
    assert Decision.objects.filter(reverses=made).count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"action": ""},
        {"action": "delete"},
        {"version": "x"},
        {"key": ""},
        {"answer": "x" * 1001},
        {"answer": "nul \x00"},
    ],
)
def test_it_refuses_a_press_that_makes_no_sense(
    owens: Client, waiting: list[Appeal], fields: dict[str, str]
) -> None:
    answer = press(owens, waiting[0], **{"action": "grant", "answer": "Keep this", **fields})
    assert answer.status_code == 422
    assert "Nothing was decided" in answer.content.decode()
    assert Appeal.objects.filter(outcome=None).count() == 3


def test_the_second_of_two_hears_who_was_first(
    owens: Client, waiting: list[Appeal], daily: Site, eve: User
) -> None:
    Moderator.objects.create(user=eve, site=daily)
    uphold(eve, waiting[0].pk, expected_version=2)
    answer = press(owens, waiting[0], "grant", version="2", answer="My words")
    page = answer.content.decode()
    assert answer.status_code == 409 and "Already rejected by Eve" in page
    assert Comment.objects.get(pk=waiting[0].comment_id).status == Status.REJECTED


def test_what_was_edited_or_erased_waits_no_more(
    owens: Client, waiting: list[Appeal], daily: Site
) -> None:
    edit.edit_comment(waiting[0].comment, body="Another text.")
    erase_comment(waiting[1].comment)
    assert "1 author asks" in owens.get(LIST).content.decode()
    assert "Nobody needs to answer" in page_of(owens, waiting[0])
    assert "Comment number 0." in page_of(owens, waiting[0])  # as it was decided on
    assert press(owens, waiting[0], "grant").status_code in (409, 422)
    assert "Comment number 1." not in page_of(owens, waiting[1])


def test_who_is_alone_may_answer_and_reads_that_it_is_told(
    owens: Client, waiting: list[Appeal], mona: User
) -> None:
    Moderator.objects.filter(user=mona).delete()
    assert "Nobody else moderates this site" in owens.get(LIST).content.decode()
    assert "Nobody else moderates this site" in page_of(owens, waiting[2])
    assert press(owens, waiting[2], "uphold").status_code == 302


def test_people_of_other_sites_see_nothing(
    client: Client, waiting: list[Appeal], eve: User, herald: Site
) -> None:
    client.force_login(eve)
    assert client.get(LIST).status_code == 404
    assert client.get(f"/review/herald/appeals/{waiting[0].pk}/").status_code == 404
    assert client.post(f"/review/herald/appeals/{waiting[0].pk}/answer/").status_code == 404
    page = client.get("/review/herald/appeals/").content.decode()
    assert "No author asks to look again" in page


@pytest.mark.parametrize("pk", ["0", "9223372036854775808", "9" * 30])
def test_an_appeal_that_is_not_there_is_not_found(owens: Client, pk: str) -> None:
    assert owens.get(f"{LIST}{pk}/").status_code == 404
    assert owens.post(f"{LIST}{pk}/answer/").status_code == 404


def test_the_comment_s_history_leads_to_it(owens: Client, waiting: list[Appeal]) -> None:
    page = owens.get(f"/review/daily/comments/{waiting[0].comment_id}/").content.decode()
    assert f'href="{LIST}{waiting[0].pk}/"' in page


def test_answers_stand_among_ones_own_decisions(owens: Client, waiting: list[Appeal]) -> None:
    press(owens, waiting[0], "grant")
    page = owens.get("/review/daily/own/").content.decode()
    assert "Comment number 0." in page and "an undo" not in page
    answer = owens.post("/review/daily/undo/", {"decision": str(Decision.objects.latest("pk").pk)})
    assert answer.status_code == 302
    assert Appeal.objects.filter(outcome=None).count() == 3


def test_the_pages_cost_few_queries(
    owens: Client,
    waiting: list[Appeal],
    django_assert_max_num_queries: pytest.fixture,  # type: ignore[valid-type]
) -> None:
    with django_assert_max_num_queries(10):
        owens.get(LIST)
    with django_assert_max_num_queries(26):
        page_of(owens, waiting[0])
