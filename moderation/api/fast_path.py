"""Answers API requests before Django's other middleware, which only browsers need.

An API request has a key in its header. It needs no session, CSRF token, message or content
policy, so this middleware is the first one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from moderation.platform.errors import ModerationError, NotFound
from moderation.platform.http import problems, rate_limit
from moderation.platform.http.request_counter import REQUESTS

PREFIX = "/api/v1/"
# Every request needs both, and their results never change.
find = functools.lru_cache(maxsize=256)(resolve)
_counter = functools.cache(REQUESTS.labels)


class ApiMiddleware:
    """Answers every request under /api/v1/ and passes all others on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.get_host()  # raises for a Host header that ALLOWED_HOSTS does not list
        try:
            match = find(request.path_info)
            response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Http404:  # Resolver404 is one too
            response = problems.respond(NotFound("This address does not exist."))
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(response["Allow"])
        if isinstance(response, HttpResponse):
            rate_limit.add_headers(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
        response["X-Content-Type-Options"] = "nosniff"
        _counter(response.status_code).inc()
        if settings.SECURE_HSTS_SECONDS:
            response["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            )
        return response


def _not_allowed(allow: str) -> HttpResponse:
    refusal = ModerationError(f"This address accepts: {allow}.", code="method_not_allowed")
    refusal.status = HTTPStatus.METHOD_NOT_ALLOWED
    return problems.respond(refusal, {"Allow": allow})
