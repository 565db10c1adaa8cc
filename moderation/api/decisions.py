"""The decisions feed, for publishers that poll instead of receiving webhooks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.decisions import feed as feeds
from moderation.decisions import payload
from moderation.models import Scope
from moderation.platform.errors import Invalid

router = Router(tags=["decisions"])


@router.get(
    "/decisions",
    auth=Key(Scope.READ),
    response=schemas.FeedOut,
    operation_id="get_decisions",
    summary="Read the decisions since a place",
)
def feed(
    request: HttpRequest,
    response: HttpResponse,
    after: str = Query("", max_length=64, description="`next` of the page before; empty: all."),
    limit: int = Query(feeds.PAGE, ge=1, le=feeds.LARGEST_PAGE),
) -> dict[str, Any]:
    """Return every decision once, in the order in which the decisions became final.

    Keep `next` and send it with the next request: you miss no decision and get none twice. The feed
    never shows a decision that a moderator undid within the publishing hold.
    """
    try:
        page = feeds.feed(caller_of(request).site, after=after, limit=limit)
    except feeds.BadCursor as error:
        raise Invalid("`after` must be the `next` of an earlier page.", field="after") from error
    if page.more:
        address = f"{settings.BASE_URL}/api/v1/decisions?after={page.next}&limit={limit}"
        response["Link"] = f'<{address}>; rel="next"'
    return {
        "decisions": [
            payload.describe(decision)
            | {
                "status_before": decision.status_before,
                "revision": decision.revision,
                "decided_at": decision.created_at,
            }
            for decision in page.decisions
        ],
        "next": page.next,
        "more": page.more,
    }
