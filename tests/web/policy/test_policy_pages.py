"""The policy: what readers see of it, and how editors change it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.models import ClassifierVersion, Comment, PolicyVersion, Score, Site, Status
from moderation.platform.errors import Conflict
from moderation.policy import DEFAULT_DOCUMENT, diff, parse
from moderation.policy.public import public_changes
from moderation.policy_versions.drafts import save_draft
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.policy_versions.publish import publish, revert
from moderation.web.policy.form import field_name, fits_form, read_document
from moderation.web.policy.form_rows import build_rows
from tests.cast import MakeComment

EDITOR = "/review/daily/policy/"


@pytest.fixture
def live(daily: Site) -> PolicyVersion:
    return ensure_default(daily)


@pytest.fixture
def editor(client: Client, owen: User, live: PolicyVersion) -> Client:
    client.force_login(owen)
    return client


def form_of(document: dict[str, Any]) -> dict[str, str]:
    """Return what a browser sends of the editor's form for a document."""
    rows = build_rows(document, [])
    sent = {field.name: field.value for field in (*rows.texts.values(), *rows.choices.values())}
    sent |= {"clause-count": len(rows.clauses), "rule-count": len(rows.rules)}
    for row in (*rows.clauses, *rows.rules):
        sent |= {f"{row.name}-when-count": len(row.conditions)} if row.conditions else {}
        sent |= {field.name: field.value for field in row.fields.values()}
        for condition in row.conditions:
            for field in (condition.fact, condition.comparison, condition.value):
                sent[field.name] = field.value
    for _, fields in rows.words:
        sent |= {field.name: field.value for field in fields.values()}
    # Browsers send ticked boxes only, and CRLF in texts.
    ticked = {name: "on" if value is True else value for name, value in sent.items()}
    return {
        name: str(value).replace("\n", "\r\n")
        for name, value in ticked.items()
        if value is not False
    }


def send(editor: Client, document: dict[str, Any], do: str = "save", **fields: str):
    draft = PolicyVersion.objects.filter(number=None).first()
    seen = draft.updated_at.isoformat() if draft else ""
    return editor.post(EDITOR, {"seen": seen, **form_of(document), "do": do, **fields})


def draft() -> PolicyVersion:
    return PolicyVersion.objects.get(number=None)


def changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DEFAULT_DOCUMENT), **fields}


# --- what readers see --------------------------------------------------------------------------


def test_readers_see_clauses_and_what_software_does(client: Client, live: PolicyVersion) -> None:
    page = client.get("/policy/daily/").content.decode()
    assert "Comments FAQ" in page and "Version 1" in page
    assert 'id="no-abuse"' in page and "Argue with what people say" in page
    assert "Rejected automatically when" in page
    # Nothing that helps to evade it, and nothing that is for moderators alone.
    for secret in ("0.97", "kike", "fuck", "[\\w", "“That plan is idiotic” stays"):
        assert secret not in page


def test_a_site_without_a_policy_or_without_pages_for_readers(
    client: Client, daily: Site, herald: Site
) -> None:
    assert client.get("/policy/daily/").status_code == 404
    ensure_default(herald)  # no pages for readers, but a policy that its own pages link to
    assert client.get("/policy/herald/").status_code == 200
    assert client.get("/policy/nobody/").status_code == 404


def test_earlier_versions_and_their_changes_can_be_read(
    client: Client, daily: Site, owen: User, live: PolicyVersion
) -> None:
    document = changed(promise="Comments are read before they are posted.")
    document["clauses"][0]["guidance"] = "A secret for moderators."
    document["words"]["banned"]["words"].append("zqxword")
    document["rules"][5]["when"][0]["value"] = 0.4
    row = save_draft(daily, document=document, user=owen, seen=None)
    publish(daily, user=owen, seen=row.updated_at)
    page = client.get("/policy/daily/").content.decode()
    assert "Version 2" in page and "The promise changed" in page
    assert "no longer “Reviewed by a person first when it is probably abusive.”" in page
    for secret in ("zqxword", "A secret for moderators", "0.4"):
        assert secret not in page
    old = client.get("/policy/daily/versions/1/").content.decode()
    assert "This version no longer applies." in old and "read before they are posted" not in old
    assert client.get("/policy/daily/versions/3/").status_code == 404


def test_public_changes_are_empty_where_readers_see_no_change() -> None:
    document = changed()
    document["clauses"][0]["guidance"] = "Another one."
    assert not public_changes(parse(DEFAULT_DOCUMENT), parse(document))


# --- who may edit ------------------------------------------------------------------------------

PAGES = ["", "json/", "publish/", "versions/", "versions/1/revert/"]


@pytest.mark.parametrize("page", PAGES)
def test_editors_only(
    client: Client, live: PolicyVersion, mona: User, eve: User, owen: User, page: str
) -> None:
    address = f"{EDITOR}{page}"
    assert client.get(address).status_code == 302  # to sign-in
    client.force_login(eve)
    assert client.get(address).status_code == 404
    client.force_login(owen)
    assert client.get(address).status_code == 200
    client.force_login(mona)
    assert client.get(address).status_code == (404 if page else 200)
    assert client.post(address, {"do": "save"}).status_code in (404, 405)
    assert client.post(f"{EDITOR}discard/", {}).status_code == 404
    assert PolicyVersion.objects.count() == 1


def test_moderators_read_the_guidance(client: Client, live: PolicyVersion, mona: User) -> None:
    client.force_login(mona)
    page = client.get(EDITOR).content.decode()
    assert "“That plan is idiotic” stays" in page and "toxicity is at least 0.70" in page
    assert "This is version 1, with the guidance for moderators." in " ".join(page.split())
    assert "<form id=" not in page


# --- editing -----------------------------------------------------------------------------------


def test_saving_without_a_change_changes_nothing(editor: Client) -> None:
    assert send(editor, DEFAULT_DOCUMENT).status_code == 302
    assert not diff(DEFAULT_DOCUMENT, draft().document)
    parse(draft().document)


@pytest.mark.parametrize(
    "document",
    [
        {"title": "T", "clauses": [], "words": {"suspect": {"words": ["a", "b c*"]}}},
        changed(rules=[{"id": "trusted", "outcome": "approve", "when": [
            {"fact": "author_approved", "is": "at_least", "value": 50},
            {"fact": "language", "is": "one_of", "value": ["en", "fr"]},
            {"fact": "story_open", "is": "is_not", "value": False},
            {"fact": "story_age_days", "is": "at_most", "value": 0.5},
            {"fact": "toxicity", "is": "at_most", "value": 1e-05},
            {"fact": "pattern", "is": "matches", "value": " a, b\\s+"}],
            "sections": ["City, late", "Sports"]}]),
    ],
)  # fmt: skip
def test_what_the_form_shows_comes_back_as_it_was(document: dict[str, Any]) -> None:
    assert fits_form(document)
    again = read_document(form_of(document))
    assert not diff(document, again)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"title": 5},
        {"surprise": 1},
        {"clauses": {}},
        {"clauses": [5]},
        {"rules": [{"when": [{"fact": "links", "is": "is", "value": {"a": 1}}]}]},
        {"rules": [{"when": [{"fact": "links", "is": "is", "value": "3"}]}]},
        {"rules": [{"when": [{"fact": "language", "is": "one_of", "value": ["a, b"]}]}]},
        {"words": {"banned": {"words": ["two\nlines"]}}},
        {"words": {"other": {}}},
    ],
)
def test_what_the_form_cannot_hold_is_edited_as_json(document: Any) -> None:
    assert not fits_form(document)


def test_a_problem_is_next_to_its_field_and_nothing_is_lost(editor: Client) -> None:
    document = changed()
    document["rules"][5]["when"][0]["value"] = "much"
    document["clauses"][1]["text"] = ""
    document["words"]["suspect"]["words"] = ["casino*", "***"]
    assert send(editor, document).status_code == 302
    page = editor.get(EDITOR).content.decode()
    assert "Fix 3 problems before you publish." in page
    field = page.split('name="rule-5-when-0-value"')[1].split(">")[0]
    assert 'value="much"' in field and 'aria-invalid="true"' in field
    assert 'id="clause-1-text-errors"' in page and "Line 2:" in page
    answer = editor.get(f"{EDITOR}publish/").content.decode()
    assert "Fix 3 problems before you publish." in answer
    assert "Back to the draft" in answer and "Publish as version" not in answer


def test_rows_are_added_moved_and_removed(editor: Client) -> None:
    send(editor, DEFAULT_DOCUMENT, do="add-clause")
    document = draft().document
    assert len(document["clauses"]) == len(DEFAULT_DOCUMENT["clauses"]) + 1
    document["clauses"][-1] |= {"title": "Be brief", "text": "Readers have little time."}
    assert send(editor, document, do="up-clause-10")["Location"].endswith("#clause-9")
    assert draft().document["clauses"][9]["id"] == "be-brief"
    send(editor, draft().document, do="renumber")
    assert [clause["number"] for clause in draft().document["clauses"]][-2:] == ["10", "11"]
    send(editor, draft().document, do="add-rule")
    added = draft().document["rules"][-1]
    assert added["shadow"] and added["id"] == "rule-1"
    parse(draft().document)
    count = len(draft().document["rules"])
    send(editor, draft().document, do=f"add-when-{count - 1}")
    assert len(draft().document["rules"][-1]["when"]) == 2
    send(editor, draft().document, do=f"drop-when-{count - 1}-0")
    send(editor, draft().document, do=f"drop-rule-{count - 1}")
    send(editor, draft().document, do="drop-clause-9")
    assert [each["id"] for each in draft().document["rules"]] == [
        each["id"] for each in DEFAULT_DOCUMENT["rules"]
    ]


@pytest.mark.parametrize("order", ["drop-rule-999", "up-clause-0", "nonsense", "drop-when-0-9", ""])
def test_an_order_that_fits_nothing_changes_nothing(editor: Client, order: str) -> None:
    assert send(editor, DEFAULT_DOCUMENT, do=order).status_code == 302
    assert not diff(DEFAULT_DOCUMENT, draft().document)


def test_the_slower_of_two_editors_is_told_and_loses_nothing(editor: Client, daily: Site) -> None:
    send(editor, changed(title="Mine"))
    seen = draft().updated_at.isoformat()
    send(editor, changed(title="Theirs"))
    answer = editor.post(EDITOR, {"seen": seen, **form_of(changed(title="Late")), "do": "save"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Owen saved the draft" in page and 'value="Late"' in page
    assert draft().document["title"] == "Theirs"
    # Who says so once more, having seen it, replaces it.
    assert send(editor, changed(title="Late")).status_code == 302
    assert draft().document["title"] == "Late"


def test_two_editors_who_both_start_a_draft(editor: Client) -> None:
    send(editor, changed(title="First"))
    answer = editor.post(EDITOR, {"seen": "", **form_of(changed(title="Second")), "do": "save"})
    assert answer.status_code == 409 and draft().document["title"] == "First"


def test_the_draft_can_be_thrown_away(editor: Client) -> None:
    send(editor, changed(title="Mine"))
    editor.post(f"{EDITOR}discard/", {"seen": "2020-01-01T00:00:00+00:00"})
    assert draft().document["title"] == "Mine"
    editor.post(f"{EDITOR}discard/", {"seen": draft().updated_at.isoformat()})
    assert not PolicyVersion.objects.filter(number=None).exists()


HOSTILE = '"><svg/onload=alert(1)></textarea><script>alert(1)</script>'


def test_hostile_texts_are_shown_as_they_are(editor: Client, daily: Site, owen: User) -> None:
    document = changed(title=HOSTILE, promise=HOSTILE, introduction=HOSTILE)
    document["clauses"][0] |= {"title": HOSTILE, "text": HOSTILE, "guidance": HOSTILE}
    document["rules"][0]["id"] = HOSTILE
    document["words"]["banned"]["words"] = [HOSTILE]
    send(editor, document)
    pages = [editor.get(f"{EDITOR}{page}").content.decode() for page in PAGES]
    del document["rules"][0]
    send(editor, document)
    publish(daily, user=owen, seen=draft().updated_at, note=HOSTILE)
    pages += [editor.get(f"{EDITOR}versions/").content.decode()]
    pages += [editor.get("/policy/daily/").content.decode()]
    for page in pages[:3] + pages[-2:]:
        assert "&lt;svg/onload=alert(1)&gt;&lt;/textarea&gt;&lt;script&gt;alert(1)" in page
    for page in pages:
        assert "<svg" not in page.replace('<svg viewBox="0 0 32 32"', "")
        assert "<script>alert" not in page


# --- as JSON -----------------------------------------------------------------------------------


def send_json(editor: Client, text: str):
    row = PolicyVersion.objects.filter(number=None).first()
    seen = row.updated_at.isoformat() if row else ""
    return editor.post(f"{EDITOR}json/", {"document": text, "seen": seen})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"title": ', "Line 1, column"),
        ("[]", "one JSON object"),
        ('{"title": "a", "title": "b"}', "appears twice"),
        ('{"title": NaN}', "not a JSON number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "too long"),
        ('{"title": "\\ud800"}', "cannot be stored"),
        ('{"title": "\\u0000"}', "U+0000"),
    ],
)
def test_json_that_cannot_be_kept_stays_in_the_field(editor: Client, text: str, said: str) -> None:
    answer = send_json(editor, text)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not PolicyVersion.objects.filter(number=None).exists()


def test_json_is_saved_even_when_it_cannot_judge_yet(editor: Client) -> None:
    answer = send_json(editor, json.dumps(changed(rules="none")))
    assert answer.status_code == 422 and "must be a list" in answer.content.decode()
    assert draft().document["rules"] == "none"
    assert editor.get(EDITOR)["Location"].endswith("/json/")
    assert send_json(editor, json.dumps(changed(title="Right again"))).status_code == 302
    assert editor.get(EDITOR).status_code == 200


# --- publishing --------------------------------------------------------------------------------


def test_publishing_makes_a_version_that_judges_at_once(editor: Client, daily: Site) -> None:
    _, before = live_policy(daily)
    document = changed(promise="We read everything.")
    send(editor, document, do="publish")
    page = editor.get(f"{EDITOR}publish/").content.decode()
    assert "The promise changed" in page and "Publish as version 2" in page
    sent = {"seen": draft().updated_at.isoformat(), "note": "Clearer"}
    assert editor.post(f"{EDITOR}publish/", sent).status_code == 302
    row, program = live_policy(daily)
    assert (row.number, row.note, program.promise) == (2, "Clearer", "We read everything.")
    assert row.published_by and row.published_by.username == "owen"
    assert before.promise != program.promise
    assert PolicyVersion.objects.get(number=1).document == DEFAULT_DOCUMENT
    # The same press again: the draft is gone, so there is nothing to publish twice.
    assert editor.post(f"{EDITOR}publish/", sent).status_code == 409
    assert PolicyVersion.objects.count() == 2


def test_a_draft_that_changed_after_it_was_read_is_not_published(editor: Client) -> None:
    send(editor, changed(title="Read"))
    seen = draft().updated_at.isoformat()
    send(editor, changed(title="Changed since"))
    answer = editor.post(f"{EDITOR}publish/", {"seen": seen})
    assert answer.status_code == 409 and "Owen saved the draft" in answer.content.decode()
    assert PolicyVersion.objects.filter(number__isnull=False).count() == 1


@pytest.mark.parametrize("document", [changed(), changed(title="")])
def test_what_says_nothing_new_or_cannot_judge_is_not_published(
    editor: Client, document: dict[str, Any]
) -> None:
    send(editor, document)
    answer = editor.post(f"{EDITOR}publish/", {"seen": draft().updated_at.isoformat()})
    assert answer.status_code in (409, 422)
    assert PolicyVersion.objects.filter(number__isnull=False).count() == 1


def test_going_back_is_a_new_version(editor: Client, daily: Site, owen: User) -> None:
    row = save_draft(daily, document=changed(title="Two"), user=owen, seen=None)
    publish(daily, user=owen, seen=row.updated_at)
    page = editor.get(f"{EDITOR}versions/1/revert/").content.decode()
    assert "The title changed" in page
    editor.post(f"{EDITOR}versions/1/revert/", {"live": "2"})
    row, program = live_policy(daily)
    assert row.number == 3 and program.title == DEFAULT_DOCUMENT["title"]
    # A second press, and one that is based on an older view, change nothing.
    for number in ("2", "3", "x"):
        editor.post(f"{EDITOR}versions/1/revert/", {"live": number})
    assert PolicyVersion.objects.count() == 3
    with pytest.raises(Conflict):
        revert(daily, number=1, user=owen, live_number=3)


def test_the_draft_is_tried_on_the_last_comments(
    editor: Client, daily: Site, make_comment: MakeComment
) -> None:
    version = ClassifierVersion.objects.create(name="tests-1")
    for number in range(4):
        comment = make_comment(f"Comment {number}", status=Status.APPROVED)
        signals = {"toxicity": 0.3 + number / 10, "off_topic": 0.1}
        Score.objects.create(
            comment=comment, revision=1, classifier_version=version, signals=signals, language="en"
        )
    document = changed(rules=[])
    document["rules"] = [
        {"id": "abuse", "clause": "no-abuse", "outcome": "review",
         "when": [{"fact": "toxicity", "is": "at_least", "value": 0.45}]}
    ]  # fmt: skip
    live = changed(rules=[])
    row = save_draft(daily, document=live, user=User.objects.get(username="owen"), seen=None)
    publish(daily, user=User.objects.get(username="owen"), seen=row.updated_at)
    send(editor, document)
    page = " ".join(editor.get(f"{EDITOR}publish/").content.decode().split())
    assert "This draft changes the outcome of 2 of the last 4 comments:" in page
    assert "2 more" in page and "Held for a moderator:" in page
    assert Comment.objects.filter(status=Status.APPROVED).count() == 4


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("title", "title"),
        ("clauses[1].id", "clause-1-id"),
        ("rules[2].when[0].value", "rule-2-when-0-value"),
        ("rules[2].when[0].value[3]", "rule-2-when-0-value"),
        ("rules[2].when", "rule-2-when"),
        ("rules[2].sections[1]", "rule-2-sections"),
        ("rules[2]", "rule-2"),
        ("words.banned.words[3]", "words-banned-words"),
        ("words.banned.clause", "words-banned-clause"),
        ("rules", "rules"),
    ],
)
def test_a_place_in_the_document_has_a_name_in_the_form(path: str, name: str) -> None:
    assert field_name(path) == name
