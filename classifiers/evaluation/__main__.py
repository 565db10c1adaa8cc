"""Prints the tables of docs/quality.md: `python -m classifiers.evaluation --data DIR`.

`--write FILE` replaces the tables between the two comments of a Markdown page, with command,
machine and date.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.figure_tables import as_markdown

if TYPE_CHECKING:
    from classifiers.classifier import Classifier
    from classifiers.figure_tables import Table

START, END = (
    "<!-- tables: written by python -m classifiers.evaluation -->",
    "<!-- end of tables -->",
)

_HEAD = """Measured on {date} with bundle `{version}`,
on {machine}:

    python -m classifiers.evaluation --data DIR {transfer}--write docs/quality.md
"""


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"one process, load average {os.getloadavg()[0]:.1f} at the start"
    )


def _all_tables(classifier: Classifier, data: Path, transfer: bool) -> list[Table]:
    """Return all tables; that of the sets left out needs training and is optional."""
    from classifiers.datasets.labelled import read_examples  # noqa: PLC0415
    from classifiers.evaluation import abuse, languages, relevance  # noqa: PLC0415
    from classifiers.evaluation.functional import function_table  # noqa: PLC0415
    from classifiers.evaluation.speed import speed_table  # noqa: PLC0415
    from classifiers.evaluation.transfer import transfer_table  # noqa: PLC0415
    from classifiers.training.card_figures import home_table  # noqa: PLC0415

    examples = read_examples(data)
    return [
        home_table(classifier, examples),
        abuse.unseen_table(classifier, data),
        *([transfer_table(data, examples)] if transfer else []),
        abuse.alarm_table(classifier, data),
        abuse.perspective_table(classifier, data),
        abuse.bias_table(classifier, data),
        function_table(classifier),
        abuse.disguise_table(classifier, examples),
        languages.detection_table(data),
        languages.other_languages_table(classifier, data),
        languages.research_languages_table(data),
        relevance.off_topic_table(classifier, data, examples),
        speed_table(classifier, data),
    ]


def with_tables(page: str, tables: str) -> str:
    """Return the page with new tables between its two comments; other text stays."""
    before, _, rest = page.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"The page needs the lines {START} and {END}.")
    return f"{before}{START}\n\n{tables}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything, print it, and write the page when asked."""
    from classifiers.classifier import load  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m classifiers.evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--bundle", type=Path, help="folder of a bundle (default: the shipped one)")
    parser.add_argument("--transfer", action="store_true", help="also train without each set")
    parser.add_argument("--write", type=Path, help="Markdown page to write into")
    options = parser.parse_args(arguments)
    classifier = load(options.bundle)
    tables = [
        as_markdown(table) for table in _all_tables(classifier, options.data, options.transfer)
    ]
    head = _HEAD.format(
        date=datetime.date.today(),
        version=classifier.version,
        machine=_machine(),
        transfer="--transfer " if options.transfer else "",
    )
    text = "\n".join([head, *tables])
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_tables(page, text), encoding="utf-8")


if __name__ == "__main__":
    main()
