"""The answer to comments:analyze: the comment's languages and every attribute's scores."""

from __future__ import annotations

from typing import Any, NamedTuple

from moderation.integrations.perspective.attributes import LIKELY_TO_REJECT, OFF_TOPIC, score_of
from moderation.integrations.perspective.errors import PerspectiveError
from moderation.integrations.perspective.requests import AnalyzeRequest
from moderation.integrations.perspective.spans import Span, utf16
from moderation.scoring.on_demand import OnDemandResult

UNDETERMINED = "und"
# The language of a text in Latin letters that is too short to tell.
ASSUMED = "en"


class Languages(NamedTuple):
    """The languages used for the comment, and those detected in it."""

    used: list[str]
    detected: list[str]


def describe(asked: AnalyzeRequest, measured: OnDemandResult, places: list[Span]) -> dict[str, Any]:
    """Return the answer; `measured` has one measurement for each of `places`.

    Raises PerspectiveError.
    """
    languages = choose_languages(asked.languages, measured)
    names = [name for name in asked.attributes if _is_served(name, asked, measured, languages)]
    # Without sentences the one span is the whole text, as the real service answered.
    first = 1 if len(places) > 1 else 0
    spans = utf16(asked.text, places[first:])
    texts = [asked.text[begin:end] for begin, end in places]
    scores = {}
    for name in names:
        values = [
            score_of(name, measurement, text) or 0.0
            for measurement, text in zip(measured.measurements, texts, strict=True)
        ]
        threshold = asked.attributes[name]
        if threshold is None or values[0] >= threshold:
            scores[name] = {
                "spanScores": [
                    {"begin": begin, "end": end, "score": _score(value)}
                    for (begin, end), value in zip(spans, values[first:], strict=True)
                ],
                "summaryScore": _score(values[0]),
            }
    document: dict[str, Any] = {"attributeScores": scores, "languages": languages.used}
    if languages.detected:
        document["detectedLanguages"] = languages.detected
    if asked.client_token:
        document["clientToken"] = asked.client_token
    return document


def _score(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}


def choose_languages(named: tuple[str, ...], measured: OnDemandResult) -> Languages:
    """Return the client's languages, else the detected language. Raises PerspectiveError."""
    whole = measured.measurements[0]
    detected = [] if whole.language == UNDETERMINED else [whole.language]
    if named:
        return Languages(list(named), detected)
    if not detected and not whole.trained:
        raise PerspectiveError("Unable to detect language", "LANGUAGE_DETECTION_FAILED")
    return Languages(detected or [ASSUMED], detected)


def _is_served(
    name: str, asked: AnalyzeRequest, measured: OnDemandResult, languages: Languages
) -> bool:
    """Tell whether an attribute can be scored; raises PerspectiveError unless it may be dropped."""
    refusal = _unsupported(name, asked, measured, languages)
    if refusal is not None and not asked.drop_unsupported:
        raise refusal
    return refusal is None


def _unsupported(
    name: str, asked: AnalyzeRequest, measured: OnDemandResult, languages: Languages
) -> PerspectiveError | None:
    # A site's moderators teach this attribute in every language that they read.
    learned = name == LIKELY_TO_REJECT and measured.learned
    primary = {language.partition("-")[0].lower() for language in languages.used}
    if not learned and not primary & measured.languages:
        used = ", ".join(languages.used)
        return PerspectiveError(
            f"Attribute {name} does not support request languages: {used}",
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            languageNotSupportedByAttributeError={
                "detectedLanguages": languages.detected or languages.used,
                "attribute": name,
            },
        )
    if name == OFF_TOPIC and score_of(name, measured.measurements[0], asked.text) is None:
        return PerspectiveError(
            "Attribute OFF_TOPIC needs the article: send it in context.entries or in "
            "context.articleAndParentComment."
        )
    return None
