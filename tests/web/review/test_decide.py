"""The review room as a browser without JavaScript sees it, and what the page's script gets."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.decisions.decide import decide, resubmit
from moderation.models import Comment, Decision, Revision, Site, Source, Status
from moderation.policy_versions.live import ensure_default
from moderation.review import actions, claims
from tests.cast import MakeComment

SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def desk_of_mona(client: Client, mona: User, daily: Site) -> Client:
    ensure_default(daily)
    client.force_login(mona)
    return client


@pytest.fixture
def waiting(make_comment: MakeComment) -> list[Comment]:
    """Three comments in review, the first one the most urgent."""
    return [
        make_comment(f"Comment number {number}.", status=Status.IN_REVIEW, priority=5 - number)
        for number in range(3)
    ]


def pressed(comment: Comment, **fields: str) -> dict[str, str]:
    return {"version": str(comment.version), "key": f"press-{comment.pk}", **fields}


def decide_at(comment: Comment) -> str:
    return f"/review/daily/comments/{comment.pk}/decide/"


def test_next_claims_the_most_urgent_comment(
    desk_of_mona: Client, waiting: list[Comment], mona: User
) -> None:
    answer = desk_of_mona.get("/review/daily/next/")
    assert answer["Location"] == f"/review/daily/comments/{waiting[0].pk}/"
    page = desk_of_mona.get(answer["Location"]).content.decode()
    assert "Comment number 0." in page and "3 waiting" in page
    waiting[0].refresh_from_db()
    assert waiting[0].claimed_by == mona


def test_approving_decides_and_goes_on(desk_of_mona: Client, waiting: list[Comment]) -> None:
    answer = desk_of_mona.post(decide_at(waiting[0]), pressed(waiting[0], action="approve"))
    assert answer["Location"] == f"/review/daily/comments/{waiting[1].pk}/"
    decision = Decision.objects.get()
    assert (decision.status, decision.source) == (Status.APPROVED, Source.MODERATOR)
    page = desk_of_mona.get(answer["Location"]).content.decode()
    assert "Approved." in page and "Undo" in page


def test_rejecting_names_the_clause_and_keeps_the_note(
    desk_of_mona: Client, waiting: list[Comment]
) -> None:
    press = pressed(waiting[0], clause="no-abuse", note="Second time today.")
    desk_of_mona.post(decide_at(waiting[0]), press)
    decision = Decision.objects.get()
    assert decision.status == Status.REJECTED
    assert decision.clauses == ["no-abuse"]
    page = desk_of_mona.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert "Second time today." in page and "2 No personal abuse" in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "approve", "clause": "no-abuse"},
        {"action": "delete"},
        {"clause": "no-such-clause"},
        {"action": "approve", "version": "x"},
        {"action": "approve", "key": ""},
        {"action": "approve", "note": "n" * 1001},
        {"action": "approve", "note": "nul \x00"},
    ],
)
def test_it_refuses_a_press_that_makes_no_sense(
    desk_of_mona: Client, waiting: list[Comment], fields: dict[str, str]
) -> None:
    answer = desk_of_mona.post(decide_at(waiting[0]), pressed(waiting[0]) | fields)
    assert answer.status_code == 422
    assert "Comment number 0." in answer.content.decode()
    assert not Decision.objects.exists()


def test_the_same_press_twice_is_one_decision(desk_of_mona: Client, waiting: list[Comment]) -> None:
    press = pressed(waiting[0], action="approve")
    for _ in range(2):
        assert desk_of_mona.post(decide_at(waiting[0]), press).status_code == 302
    assert Decision.objects.count() == 1


def test_the_second_of_two_moderators_hears_who_was_first(
    desk_of_mona: Client, waiting: list[Comment], owen: User
) -> None:
    actions.reject(owen, waiting[0].pk, clauses=["no-abuse"], expected_version=waiting[0].version)
    press = pressed(waiting[0], action="approve", note="my note")
    answer = desk_of_mona.post(decide_at(waiting[0]), press, headers=SCRIPT)
    waiting[0].refresh_from_db()
    assert answer.status_code == 409
    assert "Already rejected by Owen" in answer.json()["message"]
    assert answer.json()["version"] == waiting[0].version
    assert waiting[0].status == Status.REJECTED
    page = desk_of_mona.post(decide_at(waiting[0]), press).content.decode()
    assert "Already rejected by Owen" in page and "my note" in page


def test_skipping_passes_over_for_the_round(desk_of_mona: Client, waiting: list[Comment]) -> None:
    for comment in waiting:
        comment.refresh_from_db()
        desk_of_mona.post(decide_at(comment), pressed(comment, action="skip"))
    page = desk_of_mona.get("/review/daily/next/").content.decode()
    assert "Only skipped comments left" in page and "You skipped 3 comments." in page
    again = desk_of_mona.get("/review/daily/next/?again")
    assert again["Location"] == f"/review/daily/comments/{waiting[0].pk}/"
    assert not Decision.objects.exists()


def test_undo_brings_the_comment_back(desk_of_mona: Client, waiting: list[Comment]) -> None:
    desk_of_mona.post(decide_at(waiting[0]), pressed(waiting[0], action="approve"))
    decision = Decision.objects.get()
    for _ in range(2):
        answer = desk_of_mona.post("/review/daily/undo/", {"decision": str(decision.pk)})
    assert answer["Location"] == f"/review/daily/comments/{waiting[0].pk}/"
    waiting[0].refresh_from_db()
    assert waiting[0].status == Status.IN_REVIEW
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("decision", ["", "0", "x", "9" * 30, "²"])
def test_it_undoes_nothing_when_there_is_nothing(
    desk_of_mona: Client, waiting: list[Comment], decision: str
) -> None:
    answer = desk_of_mona.post("/review/daily/undo/", {"decision": decision}, headers=SCRIPT)
    assert answer.status_code == 409
    assert "nothing to undo" in answer.content.decode()


def test_it_does_not_undo_the_decision_of_another(
    desk_of_mona: Client, waiting: list[Comment], owen: User
) -> None:
    decision = actions.approve(owen, waiting[0].pk, expected_version=waiting[0].version)
    desk_of_mona.post("/review/daily/undo/", {"decision": str(decision.pk)})
    assert Decision.objects.count() == 1


def test_a_script_hears_that_the_press_counted(
    desk_of_mona: Client, waiting: list[Comment]
) -> None:
    press = pressed(waiting[0], action="approve")
    for _ in range(2):
        answer = desk_of_mona.post(decide_at(waiting[0]), press, headers=SCRIPT)
        assert (answer.status_code, answer.json()) == (200, {"message": "Approved."})
    assert Decision.objects.count() == 1


def test_a_script_gets_the_next_comments_before_they_are_due(
    desk_of_mona: Client, waiting: list[Comment], mona: User, owen: User
) -> None:
    claims.claim(owen, waiting[2].pk)
    ahead = "/review/daily/ahead/?order=oldest&have="
    answer = desk_of_mona.get(f"{ahead}{waiting[0].pk},x,{9**30}", headers=SCRIPT).json()
    assert len(answer["cards"]) == 1 and "empty" not in answer
    assert "Comment number 1." in answer["cards"][0]
    assert f"/comments/{waiting[1].pk}/decide/?order=oldest" in answer["cards"][0]
    waiting[1].refresh_from_db()
    assert waiting[1].claimed_by == mona
    have = f"{waiting[0].pk},{waiting[1].pk}"
    answer = desk_of_mona.get(f"{ahead}{have}", headers=SCRIPT).json()
    assert not answer["cards"] and "Your colleagues have the rest" in answer["empty"]


def test_a_text_that_was_edited_has_to_be_read_again(
    desk_of_mona: Client, waiting: list[Comment]
) -> None:
    press = pressed(waiting[0], action="approve")
    resubmit(waiting[0].pk)
    answer = desk_of_mona.post(decide_at(waiting[0]), press, headers=SCRIPT)
    assert answer.status_code == 409 and "version" not in answer.json()
    assert "edited meanwhile" in answer.json()["html"]
    assert not Decision.objects.exists()


def test_what_somebody_else_pressed_is_not_done_in_ones_name(
    desk_of_mona: Client, waiting: list[Comment], owen: User
) -> None:
    press = pressed(waiting[0], action="approve", by=str(owen.pk))
    answer = desk_of_mona.post(decide_at(waiting[0]), press, headers=SCRIPT)
    assert (
        answer.status_code == 422
        and "Another person has signed in here." in answer.json()["message"]
    )
    undo = {"decision": "1", "by": str(owen.pk)}
    answer = desk_of_mona.post("/review/daily/undo/", undo, headers=SCRIPT)
    assert answer.status_code == 409
    assert not Decision.objects.exists()


def test_undo_finds_the_decision_by_the_key_of_the_press(
    desk_of_mona: Client, waiting: list[Comment]
) -> None:
    press = pressed(waiting[0], action="approve")
    desk_of_mona.post(decide_at(waiting[0]), press, headers=SCRIPT)
    undo = {"key": press["key"], "show": "1"}
    answer = desk_of_mona.post("/review/daily/undo/", undo, headers=SCRIPT).json()
    waiting[0].refresh_from_db()
    assert waiting[0].status == Status.IN_REVIEW
    assert (answer["pk"], answer["version"]) == (waiting[0].pk, waiting[0].version)
    assert "Comment number 0." in answer["html"] and answer["undoable"] == ""


def test_looking_around_keeps_the_filters(desk_of_mona: Client, waiting: list[Comment]) -> None:
    where = f"/review/daily/comments/{waiting[1].pk}"
    after = desk_of_mona.get(f"{where}/after/?order=oldest")
    before = desk_of_mona.get(f"{where}/before/?order=oldest")
    assert after["Location"] == f"/review/daily/comments/{waiting[2].pk}/?order=oldest"
    assert before["Location"] == f"/review/daily/comments/{waiting[0].pk}/?order=oldest"
    last = desk_of_mona.get(f"/review/daily/comments/{waiting[2].pk}/after/")
    assert "This is the last comment of the queue." in last.content.decode()


def test_another_reader_is_named(desk_of_mona: Client, waiting: list[Comment], owen: User) -> None:
    assert claims.claim(owen, waiting[0].pk)
    page = desk_of_mona.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert "<bdi>Owen</bdi> is reviewing this comment now." in page
    queue = desk_of_mona.get("/review/daily/").content.decode()
    assert "<bdi>Owen</bdi> is reviewing" in queue
    answer = desk_of_mona.get("/review/daily/next/")
    assert answer["Location"] == f"/review/daily/comments/{waiting[1].pk}/"


def test_history_shows_decisions_and_earlier_texts(
    desk_of_mona: Client, waiting: list[Comment]
) -> None:
    comment = waiting[0]
    Revision.objects.create(comment=comment, number=1, body="What I said at first.")
    Comment.objects.filter(pk=comment.pk).update(revision=2)
    decide(comment.pk, status="approved", source=Source.IMPORT, expected_version=comment.version)
    page = desk_of_mona.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    assert "What I said at first." in page and "Imported" in page and "Edited" in page


def test_an_empty_desk_says_so_kindly(desk_of_mona: Client, daily: Site) -> None:
    assert "Nothing to review yet" in desk_of_mona.get("/review/daily/next/").content.decode()
    assert "All reviewed" in desk_of_mona.get("/review/daily/").content.decode()


@pytest.mark.parametrize("pk", ["0", "9223372036854775808", "99999999999999999999999"])
def test_a_comment_that_is_not_there_is_not_found(desk_of_mona: Client, pk: str) -> None:
    assert desk_of_mona.get(f"/review/daily/comments/{pk}/").status_code == 404


def test_a_site_without_a_policy_still_opens(
    client: Client, mona: User, waiting: list[Comment]
) -> None:
    client.force_login(mona)
    page = client.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert "no policy to reject by" in page


def test_the_page_of_a_comment_is_a_few_queries(
    desk_of_mona: Client,
    waiting: list[Comment],
    django_assert_max_num_queries: pytest.fixture,  # type: ignore[valid-type]
) -> None:
    desk_of_mona.get(f"/review/daily/comments/{waiting[0].pk}/")
    with django_assert_max_num_queries(25):
        desk_of_mona.get(f"/review/daily/comments/{waiting[0].pk}/")
