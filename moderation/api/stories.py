"""Stores stories; gives a story's public thread."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Path, Query, Router

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.api.comments import author_of
from moderation.community import thread as community_thread
from moderation.decisions.by_external_id import get_story
from moderation.intake import upserts
from moderation.models import Scope
from moderation.platform.http.json_body import STORY_BYTES, read

router = Router(tags=["stories"])
StoryId = Path(description="The publisher's id of the story.")


@router.put(
    "/stories/{story_id}",
    auth=Key(Scope.SUBMIT),
    response=schemas.StoryOut,
    operation_id="put_story",
    summary="Send a story",
)
def put(request: HttpRequest, story_id: str = StoryId) -> dict[str, Any]:
    """Create or change a story. Fields that you do not send stay as they are.

    Moderato compares comments with the story's title and text. `state` opens and closes the story.
    """
    sent = read(request, schemas.StoryIn, limit=STORY_BYTES)
    story = upserts.put_story(
        caller_of(request).site,
        upserts.StoryFields(
            story_id,
            sent.url,
            sent.title,
            sent.body,
            sent.section,
            sent.published_at,
            sent.state,
        ),
    )
    return {
        "id": story.external_id,
        "url": story.url,
        "title": story.title,
        "body": story.body,
        "section": story.section,
        "state": story.state,
        "published_at": story.published_at,
    }


@router.get(
    "/stories/{story_id}/comments",
    auth=Key(Scope.READ),
    response={200: schemas.ThreadOut, 304: None},
    operation_id="get_thread",
    summary="Read a story's public thread",
)
def thread(
    request: HttpRequest,
    story_id: str = StoryId,
    after: str = Query("", max_length=255, description="`next` of the page before."),
    limit: int = Query(community_thread.PAGE, ge=1, le=community_thread.LARGEST_PAGE),
) -> HttpResponse:
    """Return the approved comments, nested, oldest first. `limit` counts top-level comments.

    With `If-None-Match`, an unchanged page gets 304 and no body.
    """
    story = get_story(caller_of(request).site, story_id)
    page = community_thread.thread(story, after=after.replace("\x00", ""), limit=limit)
    document = {"comments": [_node(node) for node in page.comments], "next": page.next}
    body = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponse
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    if page.next:
        address = f"{settings.BASE_URL}/api/v1/stories/{quote(story_id)}/comments"
        query = f"?after={quote(page.next)}&limit={limit}"
        response["Link"] = f'<{address}{query}>; rel="next"'
    return response


def _node(node: community_thread.ThreadNode) -> dict[str, Any]:
    fields = {name: getattr(node, name) for name in _FIELDS}
    fields["author"] = author_of(fields.pop("author_id"), fields.pop("author_name"))
    fields["replies"] = [_node(reply) for reply in node.replies]
    return fields


_FIELDS = tuple(community_thread.ThreadNode.__dataclass_fields__)
