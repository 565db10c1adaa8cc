"""The texts of the clauses that a decision cites, read from a stored policy document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def clauses_by_id(document: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return the clauses of a policy document by their id; no document has no clauses."""
    clauses = document.get("clauses", []) if document else []
    return {clause["id"]: clause for clause in clauses}


def clause_texts(
    document: dict[str, Any] | None, ids: Iterable[str], *, longest_text: int | None = None
) -> list[dict[str, str]]:
    """Return id, number, title and text of each clause; an unknown clause has its id as title."""
    clauses = clauses_by_id(document)
    return [
        {
            "id": clause_id,
            "number": str(clause.get("number", "")),
            "title": str(clause.get("title", clause_id)),
            "text": str(clause.get("text", ""))[:longest_text],
        }
        for clause_id, clause in ((clause_id, clauses.get(clause_id, {})) for clause_id in ids)
    ]
