"""The entry for other systems' clients: each path belongs to an integration with its own errors.

A short middleware, as ApiMiddleware is: no session, no cookies, no CSRF, and never a redirect.
Coral follows none.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from moderation.integrations.akismet import views as akismet
from moderation.integrations.coral import views as coral
from moderation.integrations.openai import views as openai
from moderation.integrations.perspective import views as perspective
from moderation.platform.errors import ModerationError, NotFound
from moderation.platform.http import rate_limit
from moderation.platform.http.problems import refusal_of
from moderation.platform.http.request_counter import REQUESTS

Refuse = Callable[[ModerationError], HttpResponse]


class Dialect(NamedTuple):
    """The paths of an integration, the form of its errors, and the check of its Host header.

    `for_pages`: scripts of any origin may call. No path here reads cookies.
    """

    prefix: str
    refuse: Refuse
    check_host: Callable[[HttpRequest], object] = HttpRequest.get_host
    for_pages: bool = False


DIALECTS = (
    Dialect("/v1alpha1/", perspective.refuse, for_pages=True),
    Dialect("/perspective/", perspective.refuse, for_pages=True),
    Dialect("/$discovery/", perspective.refuse, for_pages=True),
    Dialect("/coral/", coral.refuse),
    Dialect("/v1/moderations", openai.refuse, for_pages=True),
    Dialect("/moderations", openai.refuse, for_pages=True),
    Dialect("/1.1/", akismet.refuse, akismet.split_host),
    Dialect("/1.2/", akismet.refuse, akismet.split_host),
)
# The answer to a browser that asks whether a page of another origin may call.
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    # The star does not include Authorization (Fetch, "CORS non-wildcard request-header name").
    "Access-Control-Allow-Headers": "Authorization, *",
    "Access-Control-Max-Age": "3600",
}
PREFIXES = tuple(dialect.prefix for dialect in DIALECTS)
find = functools.lru_cache(maxsize=256)(resolve)


class IntegrationMiddleware:
    """Answers the paths of other systems' clients and passes every other request on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        dialect = next(
            dialect for dialect in DIALECTS if request.path_info.startswith(dialect.prefix)
        )
        response = _answer(request, dialect)
        # Django would log a line per error with the URL in it.
        response._has_been_logged = True  # type: ignore[attr-defined]
        response.headers.setdefault("Cache-Control", "no-store")
        response["X-Content-Type-Options"] = "nosniff"
        if dialect.for_pages:
            response["Access-Control-Allow-Origin"] = "*"
        REQUESTS.labels(response.status_code).inc()
        if settings.SECURE_HSTS_SECONDS:
            response["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            )
        return response


def _answer(request: HttpRequest, dialect: Dialect) -> HttpResponse:
    refuse = dialect.refuse
    try:
        dialect.check_host(request)
        match = find(request.path_info)
        if request.method == "OPTIONS" and dialect.for_pages:
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(response["Allow"], refuse)
    except Http404:
        response = refuse(NotFound("This address does not exist."))
    except Exception as error:
        response = refuse(refusal_of(error))
    rate_limit.add_headers(request, response)
    return response


def _not_allowed(allow: str, refuse: Refuse) -> HttpResponse:
    refusal = ModerationError(f"Allowed here: {allow}.", code="method_not_allowed")
    refusal.status = HTTPStatus.METHOD_NOT_ALLOWED
    response = refuse(refusal)
    response["Allow"] = allow
    return response
