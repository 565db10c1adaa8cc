"""A comment after it was taken in: read, changed, erased, flagged, decided on."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from moderation.accounts import api_keys
from moderation.decisions import decide as decisions_decide
from moderation.models import Author, Comment, Decision, Flag, Revision, Score, Site, Source, Status
from moderation.policy import DEFAULT_DOCUMENT
from moderation.policy_versions import live
from tests.api.calls import COMMENTS, call, comment, get, post, problem
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db


def decide(made: Comment, status: Status, user: User | None = None, **why) -> Decision:
    made.refresh_from_db()
    source = Source.MODERATOR if user else Source.POLICY
    return decisions_decide.decide(
        made.pk, status=status, source=source, expected_version=made.version, moderator=user, **why
    )


def status_of(key: str, external_id: str) -> str:
    return get(key, f"{COMMENTS}/{external_id}").json()["status"]


def test_decision_names_its_clauses_and_a_reason(
    api_key: str, daily: Site, make_comment: MakeComment
) -> None:
    policy = live.ensure_default(daily)
    made = make_comment(external_id="c-1")
    clause = policy.document["clauses"][0]
    decide(made, Status.REJECTED, policy=policy, clauses=[clause["id"]])
    said = get(api_key, f"{COMMENTS}/c-1").json()
    assert said["status"] == "rejected"
    assert said["decision"]["policy_version"] == 1
    assert said["decision"]["clauses"][0]["text"] == clause["text"]
    assert clause["title"] in said["decision"]["reason"]


def test_held_decision_does_not_show_yet(
    api_key: str, mona: User, make_comment: MakeComment
) -> None:
    made = make_comment(external_id="c-1")
    decide(made, Status.IN_REVIEW)
    decide(made, Status.APPROVED, mona)
    said = get(api_key, f"{COMMENTS}/c-1").json()
    assert said["status"] == "in_review"
    assert said["decision"]["status"] == "in_review"
    Comment.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert status_of(api_key, "c-1") == "approved"


def test_edit_keeps_the_former_text_and_is_judged_anew(api_key: str) -> None:
    post(api_key, comment("First version.", id="c-1"))
    decide(Comment.objects.get(), Status.APPROVED)
    answer = call("PATCH", f"{COMMENTS}/c-1", api_key, {"body": "Second version."})
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["status"], said["revision"], said["body"]) == ("pending", 2, "Second version.")
    assert list(Revision.objects.values_list("number", "body")) == [(1, "First version.")]
    thread = get(api_key, "/api/v1/stories/s-1/comments").json()
    assert thread["comments"] == []


def test_same_edit_twice_is_one_revision(api_key: str) -> None:
    post(api_key, comment("First version.", id="c-1"))
    for _ in range(2):
        call("PATCH", f"{COMMENTS}/c-1", api_key, {"body": "Second version."})
    assert Revision.objects.count() == 1
    # The first request may still be repeated: it is known, whatever was edited since.
    assert post(api_key, comment("First version.", id="c-1")).status_code == 200


@pytest.mark.parametrize("body", ["", "\u200b", "x" * 10_001, "\x00"])
def test_impossible_edits_change_nothing(api_key: str, body: str) -> None:
    post(api_key, comment(id="c-1"))
    refused = call("PATCH", f"{COMMENTS}/c-1", api_key, {"body": body})
    assert refused.status_code in (400, 422)
    assert Comment.objects.get().revision == 1


def test_erased_comment_keeps_its_place_and_no_word(api_key: str) -> None:
    word = "xylophone"
    author = {"id": "ravi", "name": f"Ravi {word}"}
    post(api_key, comment(f"A {word}.", id="c-1", author=author))
    post(api_key, comment("A reply.", id="c-2", parent_id="c-1"))
    call("PATCH", f"{COMMENTS}/c-1", api_key, {"body": f"Another {word}."})
    flag = {"flagger_id": "r-1", "reason": "spam", "note": word}
    post(api_key, flag, f"{COMMENTS}/c-1/flags")
    decide(Comment.objects.get(external_id="c-1"), Status.APPROVED, note=word)
    decide(Comment.objects.get(external_id="c-2"), Status.APPROVED)
    for _ in range(2):
        assert call("DELETE", f"{COMMENTS}/c-1", api_key).status_code == 204
    said = get(api_key, f"{COMMENTS}/c-1").json()
    assert (said["body"], said["erased_at"] is not None) == ("", True)
    rows = [*Comment.objects.values(), *Revision.objects.values(), *Flag.objects.values(),
            *Decision.objects.values(), *Score.objects.values()]  # fmt: skip
    assert word not in str(rows)
    (reply,) = get(api_key, "/api/v1/stories/s-1/comments").json()["comments"]
    assert (reply["id"], reply["replying_to_removed"]) == ("c-2", True)
    problem(call("PATCH", f"{COMMENTS}/c-1", api_key, {"body": "Back."}), 409, "comment_erased")
    # A late repetition must not bring it back.
    again = post(api_key, comment(f"A {word}.", id="c-1", author=author))
    problem(again, 409, "id_reused")


def test_erasing_an_author_reaches_every_comment(api_key: str, capsys) -> None:
    for number in range(3):
        sent = comment(f"Text {number}.", author={"id": "ravi", "name": "Ravi"})
        post(api_key, sent)
    post(api_key, comment("Mine.", author={"id": "other", "name": "Other"}))
    call_command("erase_author", "daily", "ravi")
    assert "3 comments" in capsys.readouterr().out
    assert list(Author.objects.values_list("external_id", flat=True)) == ["other"]
    assert Comment.objects.filter(erased_at__isnull=True).count() == 1
    with pytest.raises(CommandError, match="no author"):
        call_command("erase_author", "daily", "ravi")
    assert post(api_key, comment(author={"id": "ravi"})).status_code == 202


def test_flags_bring_an_approved_comment_back_to_a_person(
    api_key: str, daily: Site, mona: User
) -> None:
    live.ensure_default(daily)
    post(api_key, comment(id="c-1"))
    decide(Comment.objects.get(), Status.APPROVED)
    path = f"{COMMENTS}/c-1/flags"
    codes = []
    for reader in ("a", "b", "b", "c"):
        flag = {"flagger_id": reader, "reason": "abusive"}
        codes.append(post(api_key, flag, path).status_code)
    assert codes == [201, 201, 200, 201]
    assert status_of(api_key, "c-1") == "in_review"
    # Mona looks and lets it stand: one more flag alone changes nothing.
    decide(Comment.objects.get(), Status.APPROVED, mona, hold=0)
    post(api_key, {"flagger_id": "d", "reason": "spam"}, path)
    assert status_of(api_key, "c-1") == "approved"


@pytest.mark.parametrize("fact", ["flags", "flags_weighed"])
def test_flags_from_before_a_moderators_look_do_not_count_again(
    api_key: str, daily: Site, mona: User, fact: str
) -> None:
    document = copy.deepcopy(DEFAULT_DOCUMENT)
    (flagged,) = (rule for rule in document["rules"] if rule["id"] == "flagged")
    flagged["when"] = [{"fact": fact, "is": "at_least", "value": 2}]
    daily.policies.create(number=1, document=document, published_at=timezone.now())
    post(api_key, comment(id="c-1"))
    decide(Comment.objects.get(), Status.APPROVED)
    states = []
    for reader in ("a", "b", "look", "c", "d"):
        if reader == "look":
            decide(Comment.objects.get(), Status.APPROVED, mona, hold=0)
        else:
            flag = {"flagger_id": reader, "reason": "spam"}
            assert post(api_key, flag, f"{COMMENTS}/c-1/flags").status_code == 201
        states.append(status_of(api_key, "c-1"))
    assert states == ["approved", "in_review", "approved", "approved", "in_review"]
    (reason,) = Decision.objects.latest("pk").reasons
    assert (reason["fact"], reason["value"]) == (fact, 2)


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        ({"flagger_id": "r", "reason": "rude"}, "reason"),
        ({"reason": "spam"}, "flagger_id"),
        ({"flagger_id": "a b", "reason": "spam"}, "flagger_id"),
        ({"flagger_id": "r", "reason": "spam", "note": "x" * 501}, "note"),
    ],
)
def test_impossible_flags_are_refused(api_key: str, flag: dict, field: str) -> None:
    post(api_key, comment(id="c-1"))
    problem(post(api_key, flag, f"{COMMENTS}/c-1/flags"), 422, field=field)


def test_eve_sees_nothing_of_the_daily(api_key: str, herald: Site) -> None:
    _, eves = api_keys.create_key(herald, "eve", ["submit", "read", "decide"])
    post(api_key, comment(id="c-1"))
    decide(Comment.objects.get(), Status.APPROVED)
    unknown = get(eves, f"{COMMENTS}/nothing").content
    for answer in (
        get(eves, f"{COMMENTS}/c-1"),
        call("PATCH", f"{COMMENTS}/c-1", eves, {"body": "Mine now."}),
        call("DELETE", f"{COMMENTS}/c-1", eves),
        post(eves, {"flagger_id": "eve", "reason": "spam"}, f"{COMMENTS}/c-1/flags"),
        get(eves, "/api/v1/stories/s-1/comments"),
    ):
        problem(answer, 404, "not_found")
        assert answer.content == unknown
    assert get(eves, "/api/v1/decisions").json()["decisions"] == []
    problem(post(eves, comment(parent_id="c-1")), 422, "unknown_parent")
    # The same id is another comment on another site.
    assert post(eves, comment("Herald's.", id="c-1")).status_code == 202
    assert Comment.objects.count() == 2


def test_preview_judges_and_stores_nothing(api_key: str, daily: Site) -> None:
    problem(post(api_key, comment(), "/api/v1/preview"), 409, "no_policy")
    live.ensure_default(daily)
    sent = comment("You are an idiot and should be shot.")
    answer = post(api_key, sent, "/api/v1/preview")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["outcome"] in ("review", "reject")
    assert said["clauses"] and said["policy_version"] == 1
    assert not Comment.objects.exists()
