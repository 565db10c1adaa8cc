"""The OpenAPI 3.1 document: the operations, with the bodies and refusals that all share."""

from __future__ import annotations

import functools
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from moderation.api import schemas
from moderation.platform import validation

BODIES: dict[str, type[BaseModel]] = {
    "submit_comment": schemas.CommentIn,
    "submit_batch": schemas.BatchIn,
    "edit_comment": schemas.EditIn,
    "flag_comment": schemas.FlagIn,
    "appeal": schemas.AppealIn,
    "preview_comment": schemas.CommentIn,
    "put_story": schemas.StoryIn,
}
DESCRIPTIONS = {
    400: "The server cannot read the request: JSON, headers, or a key in the address.",
    401: "The key is missing or not valid.",
    403: "The key lacks the scope, or the author is suspended.",
    404: "It does not exist, or belongs to another site.",
    409: "The request contradicts the stored data.",
    411: "The body has no Content-Length.",
    413: "The request is too large.",
    415: "The body is not JSON in UTF-8, or is compressed.",
    422: "A value is not valid; `field` names it.",
    429: "The key has used up its rate limit.",
    500: "The server has failed.",
    503: "Nothing was stored. Send the request again after Retry-After.",
}
ALWAYS = (400, 401, 403, 422, 429, 500, 503)
WITH_BODY = (411, 413, 415)
MORE = {
    "submit_comment": (409,),
    "preview_comment": (409,),
    "edit_comment": (404, 409),
    "flag_comment": (404, 409),
    "appeal": (404, 409),
    "get_appeals": (404,),
    "get_comment": (404,),
    "erase_comment": (404,),
    "get_thread": (404,),
    "get_author": (404,),
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request with the same key gets the first answer again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


class DescribedAPI(NinjaAPI):
    """A NinjaAPI whose operations read their bodies strictly, without ninja."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document, complete with bodies and refusals."""
        document = super().get_openapi_schema(**options)
        components = document["components"]["schemas"]
        components.update(_components())
        for path in document["paths"].values():
            for operation in path.values():
                _complete(operation)
        return document


@functools.cache
def _components() -> dict[str, Any]:
    models = [(model, "validation") for model in dict.fromkeys(BODIES.values())]
    models.append((schemas.CommentIn, "validation"))
    _, made = models_json_schema(
        [*models, (schemas.Problem, "serialization")],  # type: ignore[list-item]
        ref_template="#/components/schemas/{model}",
    )
    return dict(made["$defs"])


def _complete(operation: dict[str, Any]) -> None:
    """Add the request body, the parameters' patterns and the refusals to an operation."""
    name = operation["operationId"]
    codes = [*ALWAYS, *MORE.get(name, ())]
    if body := BODIES.get(name):
        codes += WITH_BODY
        reference = {"$ref": f"#/components/schemas/{body.__name__}"}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": reference}},
        }
    if name in ("submit_comment", "submit_batch"):
        operation["parameters"] = [*operation["parameters"], IDEMPOTENCY_KEY]
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            parameter["schema"] |= {"pattern": validation.ID_PATTERN}
    for code in sorted(codes):
        operation["responses"][code] = {
            "description": DESCRIPTIONS[code],
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
