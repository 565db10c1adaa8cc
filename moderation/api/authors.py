"""An author's standing, as the publisher sees it, with the end of a suspension."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Path, Router

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.community.authors import get_author, standing_changes
from moderation.models import Scope, Standing

router = Router(tags=["authors"])


@router.get(
    "/authors/{author_id}",
    auth=Key(Scope.READ),
    response=schemas.AuthorStandingOut,
    operation_id="get_author",
    summary="Read an author's standing",
)
def get(
    request: HttpRequest, author_id: str = Path(description="The publisher's id of the author.")
) -> dict[str, Any]:
    """Return the author's standing now, as moderators decided it.

    `until` is null where the standing has no end. `clause` and `reason` explain the decision.
    """
    author = get_author(caller_of(request).site, author_id)
    if author is None:
        raise Http404("no such author")
    shown = {"id": author.external_id, "name": author.name, "standing": author.standing}
    if author.standing == Standing.NORMAL:
        return shown | {"until": None, "clause": "", "reason": ""}
    change = standing_changes(author)[0]
    return shown | {"until": change.until, "clause": change.clause, "reason": change.reason}
