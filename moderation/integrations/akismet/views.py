"""Akismet 1.1: short literal answers, mostly with status 200; clients compare every letter."""

from __future__ import annotations

import contextlib
import json
import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path

from moderation.accounts.api_keys import Caller
from moderation.integrations import callers
from moderation.integrations.akismet.callbacks import close_callback
from moderation.integrations.akismet.check import CheckResult, check
from moderation.integrations.akismet.requests import (
    fixed_result,
    read_comment,
    read_fields,
    split_host,
)
from moderation.learning import suggestions
from moderation.learning.suggestions import TooManySuggestions
from moderation.models import Scope, Suggestion
from moderation.platform.errors import ModerationError
from moderation.platform.http import rate_limit
from moderation.platform.http.problems import RETRY_SECONDS, BadRequest, TooMany

__all__ = ["refuse", "split_host", "urlpatterns"]

VALID, INVALID = "valid", "invalid"
THANKS = "Thanks for making the web a better place."


def _respond(text: str, status: int = 200, **headers: str) -> HttpResponse:
    named = {f"X-akismet-{name.replace('_', '-')}": value for name, value in headers.items()}
    return HttpResponse(
        text, status=status, content_type="text/plain; charset=utf-8", headers=named
    )


def refuse(error: ModerationError) -> HttpResponse:
    """Return an error: `invalid` with the reason in a header; a status only where one helps."""
    if error.status in (404, 405):
        return _respond("Not found" if error.status == 404 else "Method not allowed", error.status)
    if isinstance(error, TooMany):
        response = _respond(INVALID, 429, debug_help=error.message)
        response["Retry-After"] = str(error.seconds)
    elif error.status >= 500:
        # Clients ask again later. WordPress holds the comment until then.
        response = _respond(INVALID, 503, error=error.code)
        response["Retry-After"] = str(RETRY_SECONDS)
    else:
        response = _respond(INVALID, debug_help=error.message)
    return response


def _identify(
    request: HttpRequest, fields: dict[str, str], scopes: frozenset[Scope]
) -> tuple[Caller, str]:
    """Return the caller and the key: from the body, the host's first label, or the query."""
    places = (
        fields.get("api_key", ""),
        split_host(request).key,
        request.GET.get("api_key", ""),
        fields.get("key", ""),
    )
    caller = callers.identify(request, places, scopes)
    return caller, next(filter(None, places))


def verify_key(request: HttpRequest) -> HttpResponse:
    """Tell whether a key works: `POST /1.1/verify-key`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _identify(request, read_fields(request), callers.SCORING)
    return _respond(VALID)


def comment_check(request: HttpRequest) -> HttpResponse:
    """Tell whether a comment is spam: `POST /1.1/comment-check`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    fields = read_fields(request)
    caller, key = _identify(request, fields, callers.SCORING)
    if not fields.get("blog"):
        raise BadRequest('Empty "blog" value')
    return _respond_result(fixed_result(fields) or check(caller.site, read_comment(fields), key))


def _respond_result(result: CheckResult) -> HttpResponse:
    response = _respond("true" if result.spam else "false", guid=str(result.guid))
    if result.discard:
        response["X-akismet-pro-tip"] = "discard"
    if result.recheck_after is not None:
        response["X-akismet-recheck-after"] = str(result.recheck_after)
    return response


def submit_spam(request: HttpRequest) -> HttpResponse:
    """Store a missed spam comment as a label: `POST /1.1/submit-spam`."""
    return _submit(request, rejected=True)


def submit_ham(request: HttpRequest) -> HttpResponse:
    """Store a false positive as a label: `POST /1.1/submit-ham`."""
    return _submit(request, rejected=False)


def _submit(request: HttpRequest, *, rejected: bool) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    fields = read_fields(request)
    caller, _ = _identify(request, fields, callers.LABELLING)
    comment, guid = read_comment(fields), _guid(fields.get("guid", ""))
    if comment.text and not comment.is_test:
        # Clients know one answer only: a label above the cap gets it, too, and is dropped.
        with contextlib.suppress(TooManySuggestions):
            suggestions.suggest(
                caller,
                comment.text,
                rejected=rejected,
                integration=Suggestion.Integration.AKISMET,
                reference=str(guid or ""),
            )
    if guid and not comment.is_test:
        close_callback(guid, site=caller.site)  # the client decided first
    return _respond(THANKS)


def _guid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def deactivate(request: HttpRequest) -> HttpResponse:
    """Accept a client's deactivation: `POST /1.1/deactivate`. The key works until it is revoked."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _identify(request, read_fields(request), callers.SCORING)
    return _respond("deactivated")


def usage_limit(request: HttpRequest) -> HttpResponse:
    """Report the key's use of its rate limit per minute: `GET /1.2/usage-limit`."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    _identify(request, {}, callers.SCORING)
    limit, remaining, _ = rate_limit.used(request)
    document = {
        "limit": limit,
        "usage": limit - remaining,
        "percentage": f"{100 * (limit - remaining) / limit:.2f}",
        "throttled": remaining == 0,
    }
    return HttpResponse(json.dumps(document), content_type="application/json")


urlpatterns = [
    path("1.1/verify-key", verify_key),
    path("1.1/comment-check", comment_check),
    path("1.1/submit-spam", submit_spam),
    path("1.1/submit-ham", submit_ham),
    path("1.1/deactivate", deactivate),
    path("1.2/usage-limit", usage_limit),
]
