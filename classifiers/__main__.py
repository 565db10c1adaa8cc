"""Scores comments (`score`) and fits a site's model (`adapt`), from JSON Lines."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from classifiers import site_model
from classifiers.bundle import BundleError
from classifiers.classifier import Classifier, load
from classifiers.json_lines import blocks_of, identity_of, lines_of, read_line
from classifiers.types import Contribution, Item, Measurement

ADAPTATION_FILE = "adaptation.bin"


def _explain(
    classifier: Classifier, adaptation: site_model.Adaptation | None, item: Item
) -> list[Contribution]:
    learned = adaptation.explain(item) if adaptation is not None else []
    return sorted([*classifier.explain(item), *learned], key=lambda one: -abs(one.weight))


def _changes(
    classifier: Classifier, item: Item, measured: Measurement, below: float
) -> dict[str, Any]:
    """Return for each signal that reaches a threshold the words to leave out, None if none help."""
    reached = [
        signal
        for signal, score in measured.signals.items()
        if score >= below and signal != site_model.SIGNAL
    ]
    words = {signal: classifier.words_to_change(item, signal, below) for signal in reached}
    return {
        signal: None if removed is None else [asdict(word) for word in removed]
        for signal, removed in words.items()
    }


def _output(
    identity: Any, measured: Measurement, version: str, why: list[Contribution] | None
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": identity,
        "language": measured.language,
        "trained": measured.trained,
        "signals": measured.signals,
    }
    if measured.passage is not None:
        made["passage"] = asdict(measured.passage)
    if why is not None:
        made["contributions"] = [asdict(one) for one in why]
    return {**made, "version": version}


def score_lines(
    lines: Iterable[bytes],
    classifier: Classifier,
    *,
    explain: bool = False,
    below: float | None = None,
    adaptation: site_model.Adaptation | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one record per line, in order; a bad line yields its id and an error.

    With ``below`` (0-1), a record has the words without which each signal would be below it.
    """
    for block in blocks_of(lines):
        read = [read_line(line) for line in block]
        items = [item for _, item, _ in read if item is not None]
        measured = classifier.score_batch(items)
        learned = adaptation.score_batch(items, measured) if adaptation is not None else []
        for number, score in enumerate(learned):
            measured[number].signals[site_model.SIGNAL] = score
        results = iter(measured)
        for record, item, wrong in read:
            if item is None:
                yield {"id": identity_of(record), "error": wrong}
            else:
                why = _explain(classifier, adaptation, item) if explain else None
                result = next(results)
                made = _output(identity_of(record), result, classifier.version, why)
                if below is not None:
                    made["changes"] = _changes(classifier, item, result, below)
                yield made


def _with_progress(lines: Iterable[bytes]) -> Iterable[bytes]:
    if not sys.stderr.isatty():
        return lines
    from tqdm import tqdm  # noqa: PLC0415 (only on a terminal)

    shown: Iterable[bytes] = tqdm(lines, unit=" comments", file=sys.stderr)
    return shown


def _score(options: argparse.Namespace) -> int:
    classifier = load(options.bundle)
    adaptation = None
    if options.site is not None:
        adaptation = site_model.from_bytes(
            (options.site / ADAPTATION_FILE).read_bytes(), classifier
        )
    stream = sys.stdin.buffer if options.file is None else options.file.open("rb")
    with stream:
        lines = _with_progress(lines_of(stream))
        made_of = score_lines(
            lines, classifier, explain=options.explain, below=options.below, adaptation=adaptation
        )
        for made in made_of:
            print(json.dumps(made, allow_nan=False))
    return 0


def _adapt(options: argparse.Namespace) -> int:
    classifier = load(options.bundle)
    items: list[Item] = []
    labels: list[int] = []
    with options.labels.open("rb") as stream:
        for number, line in enumerate(_with_progress(lines_of(stream)), start=1):
            record, item, wrong = read_line(line)
            label = record.get("label") if item is not None else None
            if item is None or type(label) is not int or label not in (0, 1):
                print(f"line {number}: {wrong or 'label is not 0 or 1'}", file=sys.stderr)
                continue
            items.append(item)
            labels.append(label)
    adaptation = site_model.fit(classifier, items, labels, seed=options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / ADAPTATION_FILE).write_bytes(adaptation.to_bytes())
    (options.out / "card.json").write_text(json.dumps(adaptation.card, indent=1) + "\n")
    print(json.dumps(adaptation.card))
    return 0


def _share(text: str) -> float:
    """Return a number between 0 and 1."""
    number = float(text)
    if not 0.0 < number <= 1.0:
        raise argparse.ArgumentTypeError("not between 0 and 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifiers", description=__doc__)
    commands = parser.add_subparsers(required=True)
    score = commands.add_parser("score", help="score comments: JSON Lines in, JSON Lines out")
    score.add_argument("file", type=Path, nargs="?", help="input file (default: standard input)")
    score.add_argument("--explain", action="store_true", help="add the words that moved the scores")
    score.add_argument(
        "--below",
        type=_share,
        metavar="P",
        help="add the words without which a signal would be below P (0-1)",
    )
    score.add_argument("--site", type=Path, help="folder of a site's model, written by adapt")
    score.set_defaults(run=_score)
    learn = commands.add_parser("adapt", help="fit a site's model to decisions")
    learn.add_argument(
        "--labels",
        type=Path,
        required=True,
        help='JSON Lines with "text" and "label" (1 rejected, 0 approved)',
    )
    learn.add_argument("--out", type=Path, required=True, help="folder to write to")
    learn.add_argument("--seed", type=int, default=0, help="seed of the cross-validation")
    learn.set_defaults(run=_adapt)
    for command in (score, learn):
        command.add_argument(
            "--bundle", type=Path, help="folder of a bundle (default: the shipped one)"
        )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:  # the reader closed the pipe; there is nothing more to write
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except (BundleError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
