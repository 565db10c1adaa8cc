"""The Perspective API (Comment Analyzer, v1alpha1): scores, suggested scores, discovery.

Clients change only the host. docs/migrate/perspective.md lists the differences.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import re_path

from moderation.accounts.api_keys import Caller
from moderation.integrations import callers, enqueue
from moderation.integrations.perspective import discovery as perspective_discovery
from moderation.integrations.perspective.errors import CONTENT_TYPE, refuse
from moderation.integrations.perspective.fields import read_message
from moderation.integrations.perspective.requests import read_analyze
from moderation.integrations.perspective.responses import describe
from moderation.integrations.perspective.suggest import read_suggestion
from moderation.learning import suggestions
from moderation.models import Scope
from moderation.scoring.on_demand import ScoreRequest, measure

__all__ = ["refuse", "urlpatterns"]

VERSION = "v1alpha1"
Answer = Callable[[HttpRequest, Caller], HttpResponse]


def _keys(request: HttpRequest) -> tuple[str, ...]:
    """Return the keys from all places where Google's APIs accept one, in Google's order."""
    return (
        request.GET.get("key", ""),
        request.META.get("HTTP_X_GOOG_API_KEY", ""),
        callers.bearer(request),
        request.GET.get("access_token", ""),
    )


def _respond(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(document), content_type=CONTENT_TYPE)


def _called(scopes: frozenset[Scope]) -> Callable[[Answer], Callable[..., HttpResponse]]:
    """Let a function answer the POST requests of callers with one of the scopes."""

    def decorate(answer: Answer) -> Callable[..., HttpResponse]:
        @functools.wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return answer(request, callers.identify(request, _keys(request), scopes))

        return view

    return decorate


@_called(callers.SCORING)
def analyze(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Score a comment: `POST /v1alpha1/comments:analyze`."""
    asked = read_analyze(read_message(request))
    context, places = asked.context, asked.places()
    measured = measure(
        caller.site,
        [
            ScoreRequest(
                asked.text[start:end],
                story=context.article,
                parent=context.parent,
                thread=context.thread,
            )
            for start, end in places
        ],
    )
    response = _respond(describe(asked, measured, places))
    response["X-Moderato-Classifier"] = measured.classifier
    if not asked.do_not_store:
        scored = enqueue.ScoredComment("perspective", asked.text, story_body=context.article)
        enqueue.queue(caller.site, scored)
    return response


@_called(callers.LABELLING)
def suggest(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Store a suggested score as a label: `POST /v1alpha1/comments:suggestscore`."""
    suggested = read_suggestion(read_message(request))
    if suggested.rejected is not None:
        suggestions.suggest(
            caller,
            suggested.text,
            rejected=suggested.rejected,
            integration=suggested.integration,
            reference=suggested.reference,
        )
    document: dict[str, Any] = {}
    if suggested.client_token:
        document["clientToken"] = suggested.client_token
    measured = measure(caller.site, [ScoreRequest(suggested.text)])
    language = measured.measurements[0].language
    document["detectedLanguages"] = [] if language == "und" else [language]
    if suggested.languages:
        document["requestedLanguages"] = list(suggested.languages)
    return _respond(document)


def discovery(request: HttpRequest) -> HttpResponse:
    """Tell client libraries where to call: `GET /$discovery/rest?version=v1alpha1`."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    if any(_keys(request)):
        callers.identify(request, _keys(request), callers.SCORING)
    if request.GET.get("version", VERSION) != VERSION:
        raise Http404
    prefix = request.path_info.partition("$discovery/")[0].removeprefix("/")
    origin = f"{request.scheme}://{request.get_host()}/"
    response = _respond(perspective_discovery.document(origin, prefix))
    response["Cache-Control"] = "no-cache"
    return response


# Coral and others put the path of their setting before it: /perspective/… is the same.
urlpatterns = [
    re_path(r"^(?:perspective/)?v1alpha1/comments:analyze$", analyze),
    re_path(r"^(?:perspective/)?v1alpha1/comments:suggestscore$", suggest),
    re_path(r"^(?:perspective/)?\$discovery/rest$", discovery),
]
