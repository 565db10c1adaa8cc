"""The lines of an import file: JSON objects in our own form or in the labelled form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.intake.submit import Submission
from moderation.models import Status
from moderation.platform.errors import Invalid, ModerationError
from moderation.platform.strict_json import JsonProblem, StrictJson, StrictJsonError

NATIVE, LABELLED = "native", "labelled"
FORMS = (NATIVE, LABELLED)
UTF8_MARK = b"\xef\xbb\xbf"
MAXIMUM_LINE_BYTES = 1024 * 1024
_strict = StrictJson()

STORY_FIELDS = frozenset({"id", "url", "title", "body", "section", "published_at"})
AUTHOR_FIELDS = frozenset({"id", "name"})
FIELDS = frozenset(
    "id story parent_id author body submitted_at status clause clauses labels".split()  # noqa: SIM905
)
# Fields of an import or a replay that the API does not have.
EXTRA_FIELDS = frozenset({"status", "clause", "clauses", "labels"})
DECIDED = (Status.APPROVED, Status.REJECTED, Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A comment of the file and, if the file has it, its decision with the clauses."""

    submission: Submission
    status: Status | None
    clauses: tuple[str, ...]


def read_record(raw: bytes, *, form: str = NATIVE) -> dict[str, Any]:
    """Return one line as a record in our own form.

    `raw` is UTF-8 without its line end. Raises `Invalid` for anything but one JSON
    object with unique keys, and for an unknown field in our own form.
    """
    record = _read_object(raw)
    if form == LABELLED:
        return _from_labelled(record)
    unknown = sorted(record.keys() - FIELDS)
    if unknown:
        raise Invalid(f"unknown field “{unknown[0]}”", code="unknown_field", field=unknown[0])
    return record


def read_line(record: Mapping[str, Any]) -> ImportLine:
    """Return a record as a submission; raises `Invalid` with the name of the wrong field."""
    story = _part(record, "story", STORY_FIELDS)
    author = _part(record, "author", AUTHOR_FIELDS)
    external_id = _text(record, "id")
    if not external_id:
        raise Invalid("the comment needs an id, so that it is imported once", field="id")
    submission = Submission(
        external_id=external_id,
        body=_text(record, "body") or "",
        story_external_id=_text(story, "id", "story.") or "",
        story_url=_text(story, "url", "story."),
        story_title=_text(story, "title", "story."),
        story_body=_text(story, "body", "story."),
        story_section=_text(story, "section", "story."),
        story_published_at=_time(story, "published_at", "story."),
        parent_external_id=_text(record, "parent_id") or "",
        author_external_id=_text(author, "id", "author.") or "",
        author_name=_text(author, "name", "author.") or "",
        submitted_at=_time(record, "submitted_at"),
        past=True,
    )
    return ImportLine(submission, _status(record), _clauses(record))


def is_abusive(record: Mapping[str, Any], field: str = "abusive") -> bool | None:
    """Return the label of a record (in `labels`), None when it has no such label.

    A fraction of raters counts as yes from one half on.
    """
    labels = record.get("labels")
    value = labels.get(field) if isinstance(labels, Mapping) else None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return value >= 0.5
    return None


def format_error(error: ModerationError) -> str:
    """Return an error in the form of the report of bad lines."""
    return f"{error.field}: {error.message}" if error.field else error.message


def _read_object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAXIMUM_LINE_BYTES:
        raise Invalid(f"longer than {MAXIMUM_LINE_BYTES:,} bytes", code="too_long")
    try:
        record = _strict.decode(raw.removeprefix(UTF8_MARK).decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid("not UTF-8", code="not_utf8") from None
    except RecursionError:
        raise Invalid("nested too deeply", code="too_deep") from None
    except StrictJsonError as error:
        message = (
            "the same key twice"
            if error.problem is JsonProblem.DUPLICATE_KEY
            else f"{error.detail} is not a JSON number"
        )
        raise Invalid(f"not JSON: {message}", code="not_json") from None
    except ValueError as error:
        raise Invalid(f"not JSON: {str(error)[:100]}", code="not_json") from None
    if not isinstance(record, dict):
        raise Invalid("not a JSON object", code="not_object")
    return record


def _from_labelled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Turn {id, text, article_id, title, article, parent_id, labels} into our own form.

    Comments without an article get one common story, so that none is skipped.
    """
    story: dict[str, Any] = {"id": str(record.get("article_id") or "none")}
    if isinstance(record.get("title"), str):
        story["title"] = record["title"][:500]
    if isinstance(record.get("article"), str):
        story["body"] = record["article"]
    return {
        "id": str(record.get("id", "")),
        "story": story,
        "body": record.get("text"),
        "labels": record.get("labels"),
    }


def _part(record: Mapping[str, Any], name: str, fields: frozenset[str]) -> Mapping[str, Any]:
    part = record.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise Invalid("not an object", field=name)
    unknown = sorted(part.keys() - fields)
    if unknown:
        raise Invalid(f"unknown field “{unknown[0]}”", field=f"{name}.{unknown[0]}")
    return part


def _text(part: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = part.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("not a text", field=prefix + name)
    return value


def _time(part: Mapping[str, Any], name: str, prefix: str = "") -> datetime | None:
    value = _text(part, name, prefix)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment.timestamp()  # year 0 and year 9999 with an offset overflow here
    except (ValueError, OverflowError):
        raise Invalid("not a time such as 2026-03-01T12:00:00Z", field=prefix + name) from None
    return moment


def _status(record: Mapping[str, Any]) -> Status | None:
    value = _text(record, "status")
    if value is None or value == Status.PENDING:
        return None
    if value not in DECIDED:
        raise Invalid(f"not one of {', '.join(DECIDED)}", field="status")
    return Status(value)


def _clauses(record: Mapping[str, Any]) -> tuple[str, ...]:
    clause = _text(record, "clause")
    clauses: Sequence[Any] = record.get("clauses") or ([clause] if clause else [])
    if not isinstance(clauses, list) or len(clauses) > 20:
        raise Invalid("not a list of at most 20 clause ids", field="clauses")
    for clause_id in clauses:
        if not isinstance(clause_id, str) or not 0 < len(clause_id) <= 64 or "\x00" in clause_id:
            raise Invalid("a clause id is a text of 1-64 characters", field="clauses")
    return tuple(clauses)
