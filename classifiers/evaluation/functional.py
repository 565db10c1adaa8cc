"""Makes the table of docs/quality.md about the functional suite.

`python -m classifiers.evaluation.functional` prints the table; `--list` prints the sentences.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifiers.classifier import Classifier, load
from classifiers.datasets.functional_suite import THRESHOLD, Function, suite
from classifiers.figure_tables import Table, as_markdown
from classifiers.metrics import share_interval
from classifiers.types import Item


def _right(function: Function, scores: Sequence[dict[str, float]]) -> list[bool]:
    """Say of each sentence whether the classifier is right."""
    return [
        (max(one[signal] for signal in function.signals) >= THRESHOLD) == function.abusive
        for one in scores
    ]


def _row(name: str, about: str, right: Sequence[bool], templates: int) -> tuple[str, ...]:
    share = float(np.mean(right))
    low, high = share_interval(share, templates)
    return (name, about, f"{len(right):,}", f"{share:.3f}", f"{low:.3f} to {high:.3f}")


def function_table(classifier: Classifier) -> Table:
    """Return the share of correct sentences of each function."""
    rows: list[tuple[str, ...]] = []
    of_kind: dict[bool, list[bool]] = {True: [], False: []}
    templates: dict[bool, int] = {True: 0, False: 0}
    for function in suite():
        items = [Item(text) for _, text in function.sentences]
        right = _right(function, [one.signals for one in classifier.score_batch(items)])
        count = len({number for number, _ in function.sentences})
        about = f"{function.about} ({' or '.join(function.signals)})"
        kind = "catch" if function.abusive else "leave"
        rows.append((kind, *_row(function.name, about, right, count)))
        of_kind[function.abusive] += right
        templates[function.abusive] += count
    for abusive, name in ((True, "catch"), (False, "leave")):
        rows.append((name, *_row("all of these", "", of_kind[abusive], templates[abusive])))
    everything = [*of_kind[True], *of_kind[False]]
    rows.append(("", *_row("overall", "", everything, sum(templates.values()))))
    return Table(
        "Functional suite",
        "Templated sentences, each to catch or to leave alone "
        "(`python -m classifiers.evaluation.functional`). "
        f"A sentence is flagged when the higher of the signals named reaches {THRESHOLD}. Signals "
        "and threshold were fixed before measuring, and nothing was trained or tuned on these "
        "sentences. But the author of the training sentences had read the templates of the first "
        "two functions and knew the figures of all. On sentences by others, the figures may be "
        "slightly worse. See [decision 29](decisions/0029-more-templates-with-harmless-twins.md). "
        "The interval (Wilson) counts each template once, since sentences of one template mostly "
        "get the same result.",
        ("to", "function", "what", "n", "accuracy", "95 %"),
        rows,
    )


def main() -> None:
    """Print the table, or the sentences."""
    parser = argparse.ArgumentParser(
        prog="python -m classifiers.evaluation.functional", description=__doc__
    )
    parser.add_argument("--bundle", type=Path, help="folder of a bundle (default: the shipped one)")
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
