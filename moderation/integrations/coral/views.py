"""Coral: its external moderation phase, and its webhooks. Both are signed with Coral's secrets.

Coral waits 200 ms for a phase and follows no redirect. It drops an answer with an unknown word and
treats the comment as if it had not asked.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path

from moderation.intake import upserts
from moderation.intake.submit import Submission
from moderation.intake.upserts import StoryFields
from moderation.integrations import enqueue
from moderation.integrations.coral.phase import answer_phase
from moderation.integrations.html_text import text_of_html
from moderation.integrations.secrets import signer_of
from moderation.models import IntegrationSecret, Site
from moderation.platform.errors import ModerationError
from moderation.platform.http import json_body, rate_limit
from moderation.platform.http.problems import RETRY_SECONDS, BadRequest, TooMany, Unauthorised

__all__ = ["refuse", "urlpatterns"]

REQUEST_BYTES = 1024 * 1024
# Coral's settings, not the request, say in which form it sends a comment.
PLAIN = "plain"


def refuse(error: ModerationError) -> HttpResponse:
    """Return an error for Coral's log: Coral itself reads only the status."""
    body = {"error": {"code": error.code, "message": error.message}}
    response = HttpResponse(json.dumps(body), status=error.status, content_type="application/json")
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    elif error.status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _signed(request: HttpRequest, slug: str, purpose: IntegrationSecret.Purpose) -> Site:
    """Return the site whose secret signed the request. Raises Unauthorised and TooMany."""
    json_body.check_headers(request, REQUEST_BYTES)
    header = request.META.get("HTTP_X_CORAL_SIGNATURE", "")
    site = signer_of(slug, purpose, request.body, header)
    if site is None:
        raise Unauthorised("The signature matches no secret of this URL.")
    # A site's signed requests count together, under a number that no key has.
    rate_limit.count(request, -site.pk)
    return site


def _read(request: HttpRequest) -> dict[str, Any]:
    value = json_body.read_json(request, limit=REQUEST_BYTES)
    if not isinstance(value, dict):
        raise BadRequest("The body is not an object.")
    return value


def _part(value: Any, *names: str) -> str:
    """Return the string at a path of names; "" when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer a moderation phase: `POST /coral/SITE/phase`. 204 is no opinion."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    site = _signed(request, slug, IntegrationSecret.Purpose.CORAL_PHASE)
    message = _read(request)
    body = _part(message, "comment", "body")
    text = body if request.GET.get("format") == PLAIN else text_of_html(body)
    story_id, url = _part(message, "story", "id"), _part(message, "story", "url")
    author = _part(message, "author", "id")
    submission = Submission(
        text, story_external_id=story_id, story_url=url or None, author_external_id=author
    )
    answer = answer_phase(site, submission)
    scored = enqueue.ScoredComment(
        "coral", text, story_id=story_id, story_url=url, author_id=author
    )
    enqueue.queue(site, scored)
    if answer is None:
        return HttpResponse(status=204)
    return HttpResponse(json.dumps(answer), content_type="application/json")


def webhook(request: HttpRequest, slug: str) -> HttpResponse:
    """Store Coral's new stories: `POST /coral/SITE/webhook`. Other events are only acknowledged.

    Coral tries once and disables a URL after ten failures. Only a wrong signature or broken JSON is
    a failure here.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    site = _signed(request, slug, IntegrationSecret.Purpose.CORAL_WEBHOOK)
    message = _read(request)
    if message.get("type") == "STORY_CREATED":
        _keep_story(site, message.get("data"))
    return HttpResponse(status=204)


def _keep_story(site: Site, data: Any) -> None:
    story = StoryFields(_part(data, "storyID"), url=_part(data, "storyURL") or None)
    try:
        upserts.put_story(site, story)
    except ModerationError as error:
        if error.status >= 500:
            raise


urlpatterns = [
    path("coral/<slug:slug>/phase", phase),
    path("coral/<slug:slug>/webhook", webhook),
]
