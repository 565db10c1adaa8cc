"""OpenAI's moderation endpoint: `POST /v1/moderations`. It scores texts and rejects images."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path

from moderation.integrations import callers, enqueue
from moderation.integrations.openai.categories import (
    MEASURED,
    THRESHOLD,
    UNMEASURED,
    is_flagged,
    score_categories,
)
from moderation.platform.errors import ModerationError
from moderation.platform.http import json_body, rate_limit
from moderation.platform.http.problems import RETRY_SECONDS, TooMany, Unauthorised
from moderation.scoring.on_demand import OnDemandResult, ScoreRequest, measure

__all__ = ["refuse", "urlpatterns"]

REQUEST_BYTES = 4 * 1024 * 1024
MOST_INPUTS = 256
MOST_CHARACTERS = 100_000
DEFAULT_MODEL = "omni-moderation-latest"
MODELS = ("omni-moderation-", "text-moderation-")
INVALID, SERVER = "invalid_request_error", "server_error"


class OpenAIError(ModerationError):
    """A request that OpenAI would reject; `param` is the parameter in OpenAI's words."""

    def __init__(
        self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400
    ) -> None:
        super().__init__(message)
        self.param = param
        self.told = code
        self.status = status


def refuse(error: ModerationError) -> HttpResponse:
    """Return any error in OpenAI's envelope."""
    status, kind, param, code = error.status, INVALID, error.field, error.code
    message = error.message
    if isinstance(error, OpenAIError):
        param, code = error.param, error.told or ""
    elif isinstance(error, Unauthorised):
        message, code = "Incorrect API key provided. Make one with create_key.", "invalid_api_key"
    elif isinstance(error, TooMany):
        kind, code = "requests", "rate_limit_exceeded"
    elif status >= 500:
        kind = SERVER
    elif status not in (403, 404, 405, 413):
        status = 400
    body = {"message": message, "type": kind, "param": param, "code": code or None}
    response = _respond({"error": body}, status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    elif status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _respond(document: dict[str, Any], status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(document), status=status, content_type="application/json")
    response["X-Request-Id"] = f"req_{secrets.token_hex(16)}"
    return response


def moderations(request: HttpRequest) -> HttpResponse:
    """Score texts in OpenAI's categories, and by our own signals."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    caller = callers.identify(request, [callers.bearer(request)], callers.SCORING)
    asked = json_body.read_json(request, limit=REQUEST_BYTES)
    if not isinstance(asked, dict):
        raise OpenAIError("We expected an object.", code="invalid_type")
    model, texts = _model(asked.get("model")), _texts(asked.get("input"))
    rate_limit.count(
        request, caller.key_id, cost=len(texts) - 1
    )  # `identify` counted the first text
    measured = measure(caller.site, [ScoreRequest(text) for text in texts])
    _require_trained(measured)
    response = _respond(
        {
            "id": f"modr-{secrets.token_hex(16)}",
            "model": model,
            "results": [_result(measurement.signals) for measurement in measured.measurements],
        }
    )
    response["X-Moderato-Classifier"] = measured.classifier
    enqueue.queue(caller.site, *(enqueue.ScoredComment("openai", text) for text in texts))
    return response


def _model(model: Any) -> str:
    if model is None:
        return DEFAULT_MODEL
    if not isinstance(model, str):
        raise OpenAIError("Invalid type for 'model'.", param="model", code="invalid_type")
    if not model.startswith(MODELS) or not model.isascii() or len(model) > 64:
        raise OpenAIError(
            "The model does not exist.", param="model", code="model_not_found", status=404
        )
    return model


def _texts(value: Any) -> list[str]:
    """Return the texts to score: one text for a string or a message of parts, else one per item."""
    if value is None:
        raise OpenAIError(
            "Missing required parameter: 'input'.", param="input", code="missing_required_parameter"
        )
    if isinstance(value, str):
        return [_text(value, "input")]
    if not isinstance(value, list) or not value:
        raise OpenAIError("Invalid type for 'input'.", param="input", code="invalid_type")
    if len(value) > MOST_INPUTS:
        raise OpenAIError(
            f"A request has at most {MOST_INPUTS} inputs.",
            param="input",
            code="array_above_max_length",
        )
    if isinstance(value[0], dict):
        parts = [_part(part, f"input[{at}]") for at, part in enumerate(value)]
        return [_text("\n".join(parts), "input")]
    return [_text(text, f"input[{at}]") for at, text in enumerate(value)]


def _part(part: Any, place: str) -> str:
    if not isinstance(part, dict):
        raise OpenAIError(f"Invalid type for '{place}'.", param=place, code="invalid_type")
    if part.get("type") != "text":
        raise OpenAIError(
            f"Invalid value for '{place}.type'. Supported values are: 'text'.",
            param=f"{place}.type",
            code="invalid_value",
        )
    return _text(part.get("text"), f"{place}.text")


def _text(text: Any, place: str) -> str:
    if not isinstance(text, str):
        raise OpenAIError(f"Invalid type for '{place}'.", param=place, code="invalid_type")
    if len(text) > MOST_CHARACTERS:
        raise OpenAIError(
            f"'{place}' has at most {MOST_CHARACTERS:,} characters.",
            param=place,
            code="string_above_max_length",
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise OpenAIError(
            f"'{place}' has half of a character.", param=place, code="invalid_string"
        ) from None
    return text


def _require_trained(measured: OnDemandResult) -> None:
    """Raise OpenAIError for a language that the classifier does not know."""
    for at, measurement in enumerate(measured.measurements):
        if not measurement.trained:
            raise OpenAIError(
                f"The classifier was not trained for the language of input {at} "
                f"({measurement.language}).",
                param="input",
                code="unsupported_language",
            )


def _result(signals: dict[str, float]) -> dict[str, Any]:
    scores = {**signals, **score_categories(signals)}
    return {
        "flagged": is_flagged(scores),
        "categories": {name: value >= THRESHOLD for name, value in scores.items()},
        "category_scores": scores,
        "category_applied_input_types": {
            **{name: ["text"] for name in (*MEASURED, *signals)},
            **{name: [] for name in UNMEASURED},
        },
    }


urlpatterns = [path("v1/moderations", moderations), path("moderations", moderations)]
