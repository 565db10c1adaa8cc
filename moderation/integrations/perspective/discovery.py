"""The discovery document from which Google's own client libraries learn where to call and how.

The format: https://developers.google.com/discovery/v1/reference/apis
"""

from __future__ import annotations

from typing import Any

_STRING = {"type": "string"}
_BOOLEAN = {"type": "boolean"}
_FLOAT = {"type": "number", "format": "float"}
_INTEGER = {"type": "integer", "format": "int32"}
_LANGUAGES = {"type": "array", "items": _STRING}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _map(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _ref(name)}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


_SCHEMAS: dict[str, dict[str, Any]] = {
    "TextEntry": {"text": _STRING, "type": _STRING},
    "Score": {"value": _FLOAT, "type": _STRING},
    "SpanScore": {"begin": _INTEGER, "end": _INTEGER, "score": _ref("Score")},
    "AttributeScores": {"summaryScore": _ref("Score"), "spanScores": _list("SpanScore")},
    "AttributeParameters": {"scoreType": _STRING, "scoreThreshold": _FLOAT},
    "ArticleAndParentComment": {
        "article": _ref("TextEntry"),
        "parentComment": _ref("TextEntry"),
    },
    "Context": {
        "entries": _list("TextEntry"),
        "articleAndParentComment": _ref("ArticleAndParentComment"),
    },
    "AnalyzeCommentRequest": {
        "comment": _ref("TextEntry"),
        "requestedAttributes": _map("AttributeParameters"),
        "languages": _LANGUAGES,
        "context": _ref("Context"),
        "spanAnnotations": _BOOLEAN,
        "doNotStore": _BOOLEAN,
        "dropUnsupportedAttributes": _BOOLEAN,
        "clientToken": _STRING,
        "communityId": _STRING,
        "sessionId": _STRING,
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _map("AttributeScores"),
        "languages": _LANGUAGES,
        "detectedLanguages": _LANGUAGES,
        "clientToken": _STRING,
    },
    "SuggestCommentScoreRequest": {
        "comment": _ref("TextEntry"),
        "attributeScores": _map("AttributeScores"),
        "languages": _LANGUAGES,
        "context": _ref("Context"),
        "communityId": _STRING,
        "clientToken": _STRING,
        "sessionId": _STRING,
    },
    "SuggestCommentScoreResponse": {
        "requestedLanguages": _LANGUAGES,
        "detectedLanguages": _LANGUAGES,
        "clientToken": _STRING,
    },
}
_PARAMETERS = {
    "key": "API key.",
    "alt": "Data format of the answer; only json.",
    "fields": "Accepted and ignored.",
    "prettyPrint": "Accepted and ignored.",
    "quotaUser": "Accepted and ignored.",
    "access_token": "A key in place of an OAuth token.",
    "oauth_token": "Accepted and ignored.",
    "callback": "Accepted and ignored.",
    "uploadType": "Accepted and ignored.",
    "upload_protocol": "Accepted and ignored.",
    "$.xgafv": "Accepted and ignored.",
}


def _method(verb: str, what: str, description: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{verb}",
        "path": f"v1alpha1/comments:{verb}",
        "flatPath": f"v1alpha1/comments:{verb}",
        "httpMethod": "POST",
        "description": description,
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{what}Request"),
        "response": _ref(f"{what}Response"),
    }


def document(origin: str, prefix: str) -> dict[str, Any]:
    """Return the document for an API at `origin` (with its slash), below `prefix` ("" or "a/")."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "title": "Perspective Comment Analyzer API, served by Moderato",
        "version": "v1alpha1",
        "protocol": "rest",
        "rootUrl": origin,
        "baseUrl": origin + prefix,
        "basePath": "",
        "servicePath": prefix,
        "batchPath": "batch",
        "parameters": {
            name: {"type": "string", "location": "query", "description": words}
            for name, words in _PARAMETERS.items()
        },
        "schemas": {
            name: {"id": name, "type": "object", "properties": properties}
            for name, properties in _SCHEMAS.items()
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a comment."),
                    "suggestscore": _method(
                        "suggestscore", "SuggestCommentScore", "Suggests the right score."
                    ),
                }
            }
        },
    }
