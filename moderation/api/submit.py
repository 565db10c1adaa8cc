"""Accepts comments, single or in batches."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import ValidationError

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.intake import submit as intake_submit
from moderation.intake.submit import BATCH, Submission, Submitted
from moderation.models import Scope
from moderation.platform.errors import ModerationError, TooLarge
from moderation.platform.http import problems, rate_limit
from moderation.platform.http.json_body import BATCH_BYTES, read
from moderation.platform.http.problems import BadRequest

router = Router(tags=["comments"])
JSON = "application/json"
_visible = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_comment_validator = schemas.CommentIn.__pydantic_validator__


def url_of(external_id: str) -> str:
    """Return a comment's address in the API. Of the characters of an id, only | needs escaping."""
    return f"{settings.BASE_URL}/api/v1/comments/{external_id.replace('|', '%7C')}"


def idempotency_key(request: HttpRequest) -> str:
    """Return the Idempotency-Key, bare or as a quoted string; "" when none was sent."""
    value: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if value is None:
        return ""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if _visible.fullmatch(value) is None:
        raise BadRequest(
            "An Idempotency-Key has 1-255 visible ASCII characters.",
            code="invalid_idempotency_key",
            field="Idempotency-Key",
            limit=255,
        )
    return value


@router.post(
    "/comments",
    auth=Key(Scope.SUBMIT),
    response={202: schemas.SubmittedOut, 200: schemas.SubmittedOut},
    operation_id="submit_comment",
    summary="Submit a comment",
)
def submit(request: HttpRequest) -> HttpResponse:
    """Accept a comment for moderation.

    202: the comment is stored and waits for its score. 200 with `Idempotent-Replayed: true`: the
    comment is known, by its id or its `Idempotency-Key`, and you get the first answer again.
    """
    sent = read(request, schemas.CommentIn)
    submitted = intake_submit.submit_comment(
        caller_of(request).site, sent.submission(idempotency_key(request))
    )
    url = url_of(submitted.external_id)
    # An id needs no escaping in JSON. A repeated request gets the first answer again.
    response = HttpResponse(
        f'{{"id":"{submitted.external_id}","status":"pending","url":"{url}"}}'.encode(),
        status=200 if submitted.replayed else 202,
        content_type=JSON,
    )
    response["Location"] = url
    if submitted.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


@router.post(
    "/comments/batch",
    auth=Key(Scope.SUBMIT),
    response={200: schemas.BatchOut},
    operation_id="submit_batch",
    summary="Submit up to 1,000 comments",
)
def submit_batch(request: HttpRequest) -> HttpResponse:
    """Accept many comments, each independent of the others; `results` keep your order.

    With an `Idempotency-Key`, or an id for each comment, you can safely send the batch again.
    A reply can be in the same batch as the comment that it answers.
    """
    batch = read(request, schemas.BatchIn, limit=BATCH_BYTES)
    if len(batch.comments) > BATCH:
        raise TooLarge(f"A batch has at most {BATCH:,} comments.", field="comments", limit=BATCH)
    caller = caller_of(request)
    if len(batch.comments) > 1:
        rate_limit.count(request, caller.key_id, cost=len(batch.comments) - 1)
    key = idempotency_key(request)
    if key:
        key = "batch:" + hashlib.sha256(key.encode()).hexdigest()
    items = [
        _item(item, f"{key}:{index}" if key else "") for index, item in enumerate(batch.comments)
    ]
    results = intake_submit.submit_batch(caller.site, items)
    lines = [_line(index, result) for index, result in enumerate(results)]
    accepted = sum(isinstance(result, Submitted) for result in results)
    document = {"results": lines, "accepted": accepted, "refused": len(results) - accepted}
    return HttpResponse(json.dumps(document), content_type=JSON)


def _item(item: Any, key: str) -> Submission | ModerationError:
    try:
        return _comment_validator.validate_python(item).submission(key)  # type: ignore[no-any-return]
    except ValidationError as error:
        return problems.from_validation(error.errors(include_url=False, include_input=False))


def _line(index: int, result: Submitted | ModerationError) -> dict[str, Any]:
    if isinstance(result, ModerationError):
        return {
            "index": index,
            "status_code": result.status,
            "problem": problems.body_of(result),
        }
    return {
        "index": index,
        "status_code": 200 if result.replayed else 202,
        "id": result.external_id,
        "status": "pending",
        "url": url_of(result.external_id),
        "replayed": result.replayed,
    }
