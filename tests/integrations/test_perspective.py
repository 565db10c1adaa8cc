"""The Perspective API as its clients know it: scores, spans, languages, context, tokens."""

from __future__ import annotations

import pytest

from moderation.integrations.perspective import attributes
from moderation.models import Comment, Site
from tests.cast import STORY_BODY
from tests.integrations.calls import ANALYZE, CALM, INSULT, analyze, google_error, scores, send

pytestmark = pytest.mark.django_db
PRODUCTION = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")


def test_it_scores_what_is_asked(api_key: str) -> None:
    answer = analyze(api_key, INSULT, *PRODUCTION, clientToken="c-1", languages=["en"])
    assert answer["Content-Type"] == "application/json; charset=UTF-8"
    document = answer.json()
    assert document["languages"] == document["detectedLanguages"] == ["en"]
    assert document["clientToken"] == "c-1"
    assert set(document["attributeScores"]) == set(PRODUCTION)
    one = document["attributeScores"]["TOXICITY"]
    assert one["summaryScore"]["type"] == "PROBABILITY"
    assert one["spanScores"] == [{"begin": 0, "end": len(INSULT), "score": one["summaryScore"]}]
    assert one["summaryScore"]["value"] > 0.8 > 0.4 > scores(analyze(api_key, CALM))["TOXICITY"]


def test_every_attribute_that_is_listed_is_served(api_key: str) -> None:
    context = {"entries": [{"text": STORY_BODY}]}
    answer = analyze(api_key, CALM, *attributes.ATTRIBUTES, context=context)
    found = scores(answer)
    assert set(found) == set(attributes.ATTRIBUTES)
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in found.values())
    for name in PRODUCTION:
        assert found[f"{name}_EXPERIMENTAL"] == found[name]


@pytest.mark.parametrize("name", [*sorted(attributes.REFUSED), "FOO"])
def test_what_no_signal_measures_is_refused_or_dropped(api_key: str, name: str) -> None:
    error = google_error(
        analyze(api_key, CALM, "TOXICITY", name), 400, "INVALID_ARGUMENT", "INVALID_REQUEST"
    )
    assert error["message"] == f"Unknown requested attribute: {name}"
    answer = analyze(api_key, CALM, "TOXICITY", name, dropUnsupportedAttributes=True)
    assert list(scores(answer)) == ["TOXICITY"]


def test_spans_are_sentences_in_utf16_units(api_key: str) -> None:
    first, second = "🌉🌉 A fine bridge.", "You are an idiot!"
    answer = analyze(api_key, f"{first}  {second}", spanAnnotations=True)
    spans = answer.json()["attributeScores"]["TOXICITY"]["spanScores"]
    assert [(span["begin"], span["end"]) for span in spans] == [(0, 18 + 1), (21, 38)]
    assert spans[1]["score"]["value"] > spans[0]["score"]["value"]


def test_a_text_of_many_sentences_ends_in_one_span(api_key: str) -> None:
    answer = analyze(api_key, "No. " * 5000, spanAnnotations=True)
    spans = answer.json()["attributeScores"]["TOXICITY"]["spanScores"]
    assert len(spans) == 100
    assert spans[-1]["end"] == 19_999


def test_scores_below_the_threshold_are_left_out(api_key: str) -> None:
    wanted = {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0.99}, "INSULT": {}}
    body = {"comment": {"text": CALM}, "requestedAttributes": wanted}
    assert list(scores(send(f"{ANALYZE}?key={api_key}", body))) == ["INSULT"]


def test_off_topic_needs_and_uses_the_article(api_key: str) -> None:
    error = google_error(
        analyze(api_key, CALM, "OFF_TOPIC"), 400, "INVALID_ARGUMENT", "INVALID_REQUEST"
    )
    assert "context" in error["message"]

    def off_topic(text: str, context: object) -> float:
        return scores(analyze(api_key, text, "OFF_TOPIC", context=context))["OFF_TOPIC"]

    entries = {"entries": [{"text": STORY_BODY, "type": "PLAIN_TEXT"}]}
    both = {
        "articleAndParentComment": {
            "article": {"text": f"<p>{STORY_BODY}</p>", "type": "HTML"},
            "parentComment": {"text": "When do the buses run?"},
        }
    }
    near = "The buses and delivery vans can use Mill Street before ten, the mayor said."
    far = "My grandmother makes the best plum dumplings, with cinnamon and melted butter."
    for context in (entries, both):
        assert off_topic(near, context) < off_topic(far, context)


def test_likely_to_reject_is_served_before_anything_is_learned(api_key: str) -> None:
    found = [scores(analyze(api_key, text, "LIKELY_TO_REJECT")) for text in (CALM, INSULT)]
    assert found[0]["LIKELY_TO_REJECT"] < 0.5 < found[1]["LIKELY_TO_REJECT"]


def test_both_spellings_of_fields_are_read(api_key: str) -> None:
    body = {
        "comment": {"text": CALM},
        "requested_attributes": {"TOXICITY": {"score_threshold": 0}},
        "client_token": "c-2",
        "do_not_store": True,
        "session_id": None,
        "unheardOf": {"more": [1]},
    }
    answer = send(f"{ANALYZE}?key={api_key}", body)
    assert answer.json()["clientToken"] == "c-2"


@pytest.mark.parametrize("path", [ANALYZE, "/perspective" + ANALYZE, ANALYZE.replace(":", "%3A")])
@pytest.mark.parametrize("place", ["query", "header", "bearer"])
def test_the_key_is_taken_where_clients_put_it(api_key: str, path: str, place: str) -> None:
    body = {"comment": {"text": CALM}, "requestedAttributes": {"TOXICITY": {}}}
    headers = {
        "header": {"X_Goog_Api_Key": api_key},
        "bearer": {"Authorization": f"Bearer {api_key}"},
    }
    query = f"?alt=json&key={api_key}" if place == "query" else "?alt=json&prettyPrint=false"
    answer = send(path + query, body, **headers.get(place, {}))
    assert scores(answer)
    assert answer["X-Moderato-Classifier"].startswith("bundled-")


def test_browsers_may_ask_from_anywhere(api_key: str) -> None:
    asked = send(ANALYZE, method="OPTIONS", Origin="https://paper.example")
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert asked["Access-Control-Allow-Headers"] == "Authorization, *"
    for answer in (analyze(api_key, CALM), analyze(api_key, "")):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies


@pytest.mark.parametrize("language", ["fr", "om", "zh-Hant"])
def test_a_language_that_nobody_trained_is_refused(api_key: str, language: str) -> None:
    error = google_error(
        analyze(api_key, CALM, languages=[language]),
        400,
        "INVALID_ARGUMENT",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
    )
    assert error["message"] == f"Attribute TOXICITY does not support request languages: {language}"
    told = error["details"][0]["languageNotSupportedByAttributeError"]
    assert told["attribute"] == "TOXICITY"


def test_a_detected_language_that_nobody_trained_is_refused(api_key: str) -> None:
    finnish = "Kaupunginvaltuusto päätti eilen sulkea kadun autoilta koko kesän ajaksi."
    answer = analyze(api_key, finnish)
    google_error(answer, 400, "INVALID_ARGUMENT", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE")
    unclear = analyze(api_key, "ϟϟϟ ☃☃☃ 12 ѮѮ")
    google_error(unclear, 400, "INVALID_ARGUMENT")


def test_nothing_is_stored_unless_the_site_asks(api_key: str, daily: Site) -> None:
    analyze(api_key, CALM)
    assert not Comment.objects.exists()


def test_a_site_can_have_it_queued_but_do_not_store_wins(api_key: str, daily: Site) -> None:
    Site.objects.update(queues_integrations=True)
    analyze(api_key, CALM, doNotStore=True)
    assert not Comment.objects.exists()
    for _ in range(2):
        analyze(api_key, CALM, context={"entries": [{"text": STORY_BODY}]})
    queued = Comment.objects.get()
    assert (queued.body, queued.status, queued.story.body) == (CALM, "pending", STORY_BODY)


def test_what_cannot_be_queued_is_scored_all_the_same(api_key: str, daily: Site) -> None:
    Site.objects.update(queues_integrations=True)
    assert scores(analyze(api_key, "idiot\x00 idiot"))
    assert not Comment.objects.exists()
