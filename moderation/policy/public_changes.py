"""What readers may know of the changes between two versions: texts, and what software does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moderation.policy.diff import Change, diff
from moderation.policy.document import Policy
from moderation.policy.public import PublicView, public_view

_SHOWN = ("title", "introduction", "promise")


def public_changes(old: Policy, new: Policy) -> list[Change]:
    """The changes from `old` to `new` without guidance, thresholds, listed words and patterns."""
    changes = diff(_shown(old), _shown(new))
    before, after = public_view(old), public_view(new)
    changes += _automatic(before, after)
    changes += _sentences("general", "", before.general, after.general)
    return changes


def _shown(policy: Policy) -> dict[str, Any]:
    document = {key: policy.document.get(key, "") for key in _SHOWN}
    document["clauses"] = [
        {"id": each.id, "number": each.number, "title": each.title, "text": each.text}
        for each in policy.clauses
    ]
    return document


def _automatic(before: PublicView, after: PublicView) -> Iterator[Change]:
    earlier = {each.clause.id: each for each in before.clauses}
    for each in after.clauses:
        was = earlier.get(each.clause.id)
        name = f"Clause {each.clause.number} “{each.clause.title}”"
        yield from _sentences(
            f"clauses.{each.clause.id}.automatic",
            f"{name}: ",
            was.rejected + was.held if was else (),
            each.rejected + each.held,
        )


def _sentences(
    path: str, name: str, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[Change]:
    for sentence in before:
        if sentence not in after:
            yield Change("removed", path, f"{name}no longer “{sentence}”", sentence, None)
    for sentence in after:
        if sentence not in before:
            yield Change("added", path, f"{name}now “{sentence}”", None, sentence)
