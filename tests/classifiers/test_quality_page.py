"""Tests docs/quality.md: only the tables are replaced, and the summary quotes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from classifiers.evaluation.__main__ import END, START, with_tables

PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")


def test_new_tables_leave_the_text_around_them() -> None:
    page = f"Before.\n\n{START}\n\n| old |\n\n{END}\n\nAfter.\n"
    assert with_tables(page, "| new |\n") == f"Before.\n\n{START}\n\n| new |\n\n{END}\n\nAfter.\n"


@pytest.mark.parametrize("page", ["", "Before.", f"Before. {START}", f"Before. {END}"])
def test_a_page_without_a_place_for_tables_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        with_tables(page, "| new |\n")


def test_the_summary_counts_the_texts_that_the_tables_count() -> None:
    before, _, rest = PAGE.partition(START)
    tables, _, _ = rest.partition(END)
    counts = re.findall(r"\bn = ([\d,]+)", before)
    assert len(counts) >= 9
    measured = set(re.findall(r"[\d,]*\d", tables))
    assert [count for count in (one.rstrip(",") for one in counts) if count not in measured] == []
