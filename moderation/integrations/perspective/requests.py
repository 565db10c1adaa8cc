"""Requests of the Perspective API's clients, validated (Comment Analyzer API, v1alpha1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from moderation.integrations.html_text import text_of_html
from moderation.integrations.perspective.attributes import ATTRIBUTES
from moderation.integrations.perspective.errors import PerspectiveError
from moderation.integrations.perspective.fields import MessageFields
from moderation.integrations.perspective.spans import Span, sentences
from moderation.platform import validation

COMMENT_BYTES = 20_480
MOST_ATTRIBUTES = 100
MOST_LANGUAGES = 10
TOKEN_POINTS = 1_000
TYPES = frozenset({"", "TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"})
PROBABILITY = frozenset({"", "SCORE_TYPE_UNSPECIFIED", "PROBABILITY"})
_name = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)
_language = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CommentContext:
    """A comment's context: the article, the comment it answers, the thread before it."""

    article: str = ""
    parent: str = ""
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalyzeRequest:
    """A request to score a comment: the attributes wanted, each with its threshold or None."""

    text: str
    attributes: dict[str, float | None]
    languages: tuple[str, ...]
    context: CommentContext
    spans: bool
    drop_unsupported: bool
    do_not_store: bool
    client_token: str
    community_id: str
    session_id: str

    def places(self) -> list[Span]:
        """Return the spans to score, in code points: the whole text, then its sentences."""
        whole = (0, len(self.text))
        parts = sentences(self.text) if self.spans else []
        return [whole, *parts] if len(parts) > 1 else [whole]


def read_analyze(message: MessageFields) -> AnalyzeRequest:
    """Return a comments:analyze request. Raises PerspectiveError in Google's words."""
    drop = message.flag("dropUnsupportedAttributes")
    return AnalyzeRequest(
        text=read_comment(message),
        attributes=_attributes(message, drop=drop),
        languages=read_languages(message),
        context=read_context(message),
        spans=message.flag("spanAnnotations"),
        drop_unsupported=drop,
        do_not_store=message.flag("doNotStore"),
        client_token=_token(message, "clientToken"),
        community_id=_token(message, "communityId"),
        session_id=_token(message, "sessionId"),
    )


def read_comment(message: MessageFields) -> str:
    """Return the comment's text: something visible, 20 KB at most, not HTML."""
    comment = message.message("comment")
    text = comment.text("text") if comment else ""
    if comment is None or validation.is_blank(text):
        raise PerspectiveError("Comment must be non-empty.", "COMMENT_EMPTY")
    if _type_of(comment) == "HTML":
        raise PerspectiveError("Currently, only 'PLAIN_TEXT' comments are supported")
    if len(text) > COMMENT_BYTES or len(text.encode()) > COMMENT_BYTES:
        raise PerspectiveError("Comment text too long.", "COMMENT_TOO_LONG")
    return text


def _type_of(message: MessageFields) -> str:
    kind = message.text("type")
    if kind not in TYPES:
        raise PerspectiveError("Unknown text type")
    return kind


def _attributes(message: MessageFields, *, drop: bool) -> dict[str, float | None]:
    asked = message.named("requestedAttributes")
    if not asked:
        raise PerspectiveError("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    if len(asked) > MOST_ATTRIBUTES:
        raise PerspectiveError(f"At most {MOST_ATTRIBUTES} attributes can be requested.")
    wanted: dict[str, float | None] = {}
    for name, options in asked.items():
        score_type, threshold = options.text("scoreType"), options.number("scoreThreshold")
        if name not in ATTRIBUTES:
            if drop:
                continue
            shown = name if _name.fullmatch(name) else "(not a valid name)"
            raise PerspectiveError(f"Unknown requested attribute: {shown}")
        if score_type not in PROBABILITY:
            shown = score_type if _name.fullmatch(score_type) else "(unknown)"
            raise PerspectiveError(
                f"Requested score type {shown} is not supported by attribute {name}",
            )
        wanted[name] = threshold
    return wanted


def read_languages(message: MessageFields) -> tuple[str, ...]:
    """Return the languages that the client names, as it wrote them."""
    languages = message.texts("languages")
    if len(languages) > MOST_LANGUAGES or not all(map(_language.fullmatch, languages)):
        raise PerspectiveError("Invalid language in 'languages'")
    return tuple(languages)


def read_context(message: MessageFields) -> CommentContext:
    """Return the article, the parent comment and the thread, as far as the client sends them.

    The first of `entries` is the article; the others are the comments before this one.
    """
    context = message.message("context")
    if context is None:
        return CommentContext()
    entries = context.messages("entries")
    both = context.message("articleAndParentComment")
    if entries and both:
        raise PerspectiveError(
            "Context can have either entries or article_and_parent_comment, "
            "but both fields were populated."
        )
    if both:
        return CommentContext(
            _entry(both.message("article")), _entry(both.message("parentComment"))
        )
    texts = [_entry(entry) for entry in entries]
    return CommentContext(article=texts[0] if texts else "", thread=tuple(filter(None, texts[1:])))


def _entry(entry: MessageFields | None) -> str:
    if entry is None:
        return ""
    text = entry.text("text")
    return text_of_html(text) if _type_of(entry) == "HTML" else text


def _token(message: MessageFields, name: str) -> str:
    token = message.text(name)
    if len(token) > TOKEN_POINTS:
        raise PerspectiveError(f"'{name}' has at most {TOKEN_POINTS} characters.")
    return token


def read_token(message: MessageFields) -> str:
    """Return the token that the answer repeats."""
    return _token(message, "clientToken")
