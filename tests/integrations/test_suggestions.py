"""Suggested scores become labels: in quarantine, capped, one word per key and text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moderation.intake.erase import erase_comment
from moderation.models import Comment, Site, Suggestion
from tests.cast import MakeComment
from tests.integrations.calls import CALM, INSULT, SUGGEST, google_error, send

pytestmark = pytest.mark.django_db


def suggest(key: str, text: str = INSULT, value: Any = 1, **more: Any) -> Any:
    scores = {"TOXICITY": {"summaryScore": {"value": value, "type": "PROBABILITY"}}}
    body = {"comment": {"text": text}, "attributeScores": scores, **more}
    return send(f"{SUGGEST}?key={key}", body)


def test_a_suggestion_is_kept_in_quarantine(api_key: str, daily: Site) -> None:
    answer = suggest(api_key, languages=["en"], clientToken="c-7")
    assert answer.json() == {
        "clientToken": "c-7",
        "detectedLanguages": ["en"],
        "requestedLanguages": ["en"],
    }
    kept = Suggestion.objects.select_related("key").get()
    assert (kept.site, kept.text, kept.rejected) == (daily, INSULT, True)
    assert (kept.integration, kept.reference, kept.key.label_weight) == ("perspective", "c-7", 0)
    assert not Comment.objects.exists()


def test_a_later_word_of_the_same_key_replaces_the_former(api_key: str) -> None:
    suggest(api_key, value=1)
    suggest(api_key, value=0)
    assert Suggestion.objects.get().rejected is False


def test_corals_feedback_is_understood(api_key: str) -> None:
    told = {
        "url": "https://news.example/a?commentID=c1",
        "reply_to_id_Coral_comment_id": "p1",
        "Coral_comment_id": "c1",
    }
    answer = suggest(
        api_key,
        value=0,
        context={"entries": [{"text": json.dumps(told)}]},
        languages=["en"],
        communityId="Coral:https://coral.example",
        clientToken="comment:c1",
    )
    assert answer.status_code == 200
    kept = Suggestion.objects.get()
    assert (kept.integration, kept.reference, kept.rejected) == ("coral", "c1", False)


@pytest.mark.parametrize("entry", ["", "no json", "[1]", '{"Coral_comment_id": 7}', "[" * 5000])
def test_corals_feedback_without_its_json_is_kept_too(api_key: str, entry: str) -> None:
    context = {"entries": [{"text": entry}]}
    suggest(api_key, communityId="Coral:x", context=context, clientToken="comment:c2")
    assert Suggestion.objects.get().reference == "comment:c2"


def test_span_scores_count_and_praise_does_not(api_key: str) -> None:
    spans = [{"begin": 0, "end": 3, "score": {"value": v}} for v in (0.1, 0.9)]
    body = {"comment": {"text": INSULT}, "attributeScores": {"INSULT": {"spanScores": spans}}}
    send(f"{SUGGEST}?key={api_key}", body)
    assert Suggestion.objects.get().rejected is True
    praise = {"REASONING_EXPERIMENTAL": {"summaryScore": {"value": 1}}}
    answer = send(
        f"{SUGGEST}?key={api_key}", {"comment": {"text": CALM}, "attributeScores": praise}
    )
    assert answer.status_code == 200
    assert Suggestion.objects.count() == 1


def test_a_key_is_capped(api_key: str, settings: Any) -> None:
    settings.SUGGESTIONS_PER_DAY = 2
    for number in range(2):
        assert suggest(api_key, f"{INSULT} {number}").status_code == 200
    answer = suggest(api_key, f"{INSULT} 3")
    google_error(answer, 429, "RESOURCE_EXHAUSTED")
    assert Suggestion.objects.count() == 2


@pytest.mark.parametrize("value", [2, -1, "much", None, True])
def test_values_that_are_none_are_refused(api_key: str, value: Any) -> None:
    google_error(suggest(api_key, value=value), 400, "INVALID_ARGUMENT", "INVALID_REQUEST")
    empty = send(f"{SUGGEST}?key={api_key}", {"comment": {"text": CALM}, "attributeScores": {}})
    google_error(empty, 400, "INVALID_ARGUMENT")
    assert not Suggestion.objects.exists()


def test_erasing_a_comment_erases_what_was_suggested_of_its_text(
    api_key: str, make_comment: MakeComment
) -> None:
    comment = make_comment(body=INSULT)
    suggest(api_key)
    suggest(api_key, CALM)
    erase_comment(comment)
    assert [kept.text for kept in Suggestion.objects.all()] == [CALM]
