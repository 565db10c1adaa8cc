"""Formats tables of figures for the docs and the bundle's card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FIGURES = ("n", "positives", "AUC", "95 %", "AP", "ECE")
"""Columns of `figure_cells`."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a title, a sentence about it, column names, rows of cells."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def figure_cells(made: dict[str, Any]) -> tuple[str, ...]:
    """Return n, positives, AUC, interval, average precision and calibration error as text."""
    if made["auc"] is None:
        return (str(made["n"]), str(made["positives"]), "–", "–", "–", f"{made['ece']:.3f}")
    low, high = made["auc_interval"]
    return (
        f"{made['n']:,}",
        f"{made['positives']:,}",
        f"{made['auc']:.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{made['average_precision']:.3f}",
        f"{made['ece']:.3f}",
    )


def as_markdown(table: Table) -> str:
    """Return one table as Markdown with its title and note."""
    lines = [f"## {table.title}", "", table.note, ""]
    lines.append("| " + " | ".join(table.columns) + " |")
    lines.append("|" + "---|" * len(table.columns))
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join(lines) + "\n"
