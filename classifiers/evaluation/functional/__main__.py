"""`python -m classifiers.evaluation.functional` runs the functional suite alone.

`--list` prints its sentences.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from classifiers.classifier import load
from classifiers.evaluation.__main__ import as_markdown
from classifiers.evaluation.functional import suite
from classifiers.evaluation.functional.table import function_table


def main() -> None:
    """Print the table, or the sentences."""
    parser = argparse.ArgumentParser(
        prog="python -m classifiers.evaluation.functional", description=__doc__
    )
    parser.add_argument("--bundle", type=Path, help="another bundle than the shipped one")
    parser.add_argument("--list", action="store_true", help="print the sentences instead")
    options = parser.parse_args()
    if not options.list:
        print(as_markdown(function_table(load(options.bundle))))
        return
    for function in suite():
        for _, text in function.sentences:
            print(function.name, text, sep="\t")


if __name__ == "__main__":
    main()
