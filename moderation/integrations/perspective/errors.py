"""Errors in the form of Google's APIs, whose exact messages clients look for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from moderation.integrations.callers import NoKey
from moderation.platform.errors import ModerationError, TooLarge
from moderation.platform.http.problems import RETRY_SECONDS, TooMany, Unauthorised

CONTENT_TYPE = "application/json; charset=UTF-8"
ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
HELP = "type.googleapis.com/google.rpc.Help"
SERVICE = "commentanalyzer.googleapis.com"
# google.rpc.Code by HTTP status; every other status below 500 is INVALID_ARGUMENT with 400.
NAMES = {
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
INVALID_ARGUMENT = "INVALID_ARGUMENT"
_Details = Sequence[dict[str, Any]]


class PerspectiveError(ModerationError):
    """A comment or a request that the API does not score; `kind` is Google's errorType."""

    def __init__(self, message: str, kind: str = "INVALID_REQUEST", **more: Any) -> None:
        super().__init__(message)
        self.kind = kind
        self.more = more


def refuse(error: ModerationError) -> HttpResponse:
    """Return any error in Google's envelope."""
    status, message, details = _google_error(error)
    document: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": NAMES.get(status, INVALID_ARGUMENT),
    }
    if details:
        document["details"] = details
    response = HttpResponse(
        json.dumps({"error": document}, indent=2), status=status, content_type=CONTENT_TYPE
    )
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    elif status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _google_error(error: ModerationError) -> tuple[int, str, _Details]:
    if isinstance(error, PerspectiveError):
        return 400, error.message, [{"@type": ERROR, "errorType": error.kind, **error.more}]
    if isinstance(error, NoKey):
        return 403, UNREGISTERED, ()
    if isinstance(error, Unauthorised):
        return 400, BAD_KEY, [_info("API_KEY_INVALID", service=SERVICE)]
    if isinstance(error, TooMany):
        return 429, QUOTA, _quota_details(error)
    if isinstance(error, TooLarge):
        return 400, f"Request payload size exceeds the limit: {error.limit} bytes.", ()
    return (error.status if error.status in NAMES else 400), error.message, ()


UNREGISTERED = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
BAD_KEY = "API key not valid. Please pass a valid API key."
_METRIC = "Analysis requests (AnalyzeComment)"
QUOTA = (
    f"Quota exceeded for quota metric '{_METRIC}' and limit '{_METRIC} per minute' of service "
    f"'{SERVICE}' for consumer 'api_key'."
)


def _info(reason: str, **metadata: str) -> dict[str, Any]:
    return {
        "@type": ERROR_INFO,
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }


def _quota_details(error: TooMany) -> _Details:
    return [
        _info(
            "RATE_LIMIT_EXCEEDED",
            service=SERVICE,
            quota_metric=f"{SERVICE}/analyze_requests",
            quota_limit="AnalyzeRequestsPerMinutePerProject",
            quota_limit_value=str(error.limit),
        ),
        {
            "@type": HELP,
            "links": [
                {
                    "description": "The limit is the operator's setting RATE_LIMIT_PER_MINUTE.",
                    "url": "https://www.rfc-editor.org/rfc/rfc6585#section-4",
                }
            ],
        },
    ]
