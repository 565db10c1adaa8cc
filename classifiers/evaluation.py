"""How good the classifiers are: `report` for one set, and a command that makes the tables.

`python -m classifiers.evaluation --data DIR` prints the tables with command, machine and date.
With `--write FILE` they replace those between the two comments of a Markdown page.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.metrics import report

if TYPE_CHECKING:
    from classifiers.classifier import Classifier
    from classifiers.examination import Table

__all__ = ["main", "report"]

START, END = (
    "<!-- tables: written by python -m classifiers.evaluation -->",
    "<!-- end of tables -->",
)

_HEAD = """Measured on {date} with bundle `{version}`,
on {machine}:

    python -m classifiers.evaluation --data DIR {transfer}--write docs/quality.md
"""


def as_markdown(table: Table) -> str:
    """Return one table as Markdown with its title and note."""
    lines = [f"## {table.title}", "", table.note, ""]
    lines.append("| " + " | ".join(table.columns) + " |")
    lines.append("|" + "---|" * len(table.columns))
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"one process, load average {os.getloadavg()[0]:.1f} at the start"
    )


def _all_tables(classifier: Classifier, data: Path, transfer: bool) -> list[Table]:
    """Measure every table now; that of the sets left out needs training, so only when wanted."""
    from classifiers import context_examination as context  # noqa: PLC0415 (needs scikit-learn)
    from classifiers import examination as abuse  # noqa: PLC0415
    from classifiers import language_examination as languages  # noqa: PLC0415
    from classifiers.functions.table import function_table  # noqa: PLC0415
    from classifiers.speed_examination import speed_table  # noqa: PLC0415
    from classifiers.training.data import read_examples  # noqa: PLC0415
    from classifiers.transfer_examination import transfer_table  # noqa: PLC0415

    examples = read_examples(data)
    return [
        abuse.home_table(classifier, examples),
        abuse.unseen_table(classifier, data),
        *([transfer_table(data, examples)] if transfer else []),
        abuse.alarm_table(classifier, data),
        abuse.perspective_table(classifier, data),
        abuse.bias_table(classifier, data),
        function_table(classifier),
        abuse.disguise_table(classifier, examples),
        languages.detection_table(data),
        languages.further_table(classifier, data),
        languages.at_home_table(data),
        context.off_topic_table(classifier, data, examples),
        speed_table(classifier, data),
    ]


def with_tables(page: str, tables: str) -> str:
    """Return the page with new tables between its two comments; its other text stays."""
    before, _, rest = page.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"The page needs the lines {START} and {END}.")
    return f"{before}{START}\n\n{tables}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything, print it, and write the page when asked."""
    from classifiers.classifier import load  # noqa: PLC0415 (report alone needs none of it)

    parser = argparse.ArgumentParser(prog="python -m classifiers.evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--bundle", type=Path, help="another bundle than the shipped one")
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
