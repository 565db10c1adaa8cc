"""Makes the bundle from the data sets: `python -m classifiers.training --data DIR`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from classifiers.abuse.model import AbuseTable
from classifiers.bundle import pack_arrays, unpack_arrays, write_bundle
from classifiers.classifier import BUNDLED, Classifier
from classifiers.datasets.labelled import LEXICON, read_examples
from classifiers.datasets.lexicon import Lexicon
from classifiers.relevance.model import Relevance
from classifiers.training.abuse import AbuseTrainer
from classifiers.training.augmentation import augment
from classifiers.training.card import make_card
from classifiers.training.card_figures import home_table
from classifiers.training.dense_features import WordEmbeddings
from classifiers.training.known_words import learn_known_words, write_known_words
from classifiers.training.languages import train_languages

OFF_TOPIC = ("relevance.npz", "words.npz")
"""Files that `classifiers.training.words` makes; they are copied unchanged."""


def main() -> None:
    """Read the data, train, and write the bundle folder."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="folder of the bundle")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    examples = read_examples(arguments.data)
    print(f"{len(examples):,} texts read, {time.perf_counter() - begun:.0f} s", flush=True)
    write_known_words(
        learn_known_words(examples, arguments.data, Lexicon.read(arguments.data / LEXICON).profane)
    )
    print(f"known words counted, {time.perf_counter() - begun:.0f} s", flush=True)
    more = augment(examples, arguments.data, arguments.seed)
    table, heads = AbuseTrainer(more, WordEmbeddings.read()).train()
    print(f"abuse heads trained, {time.perf_counter() - begun:.0f} s", flush=True)
    languages, sections = train_languages(arguments.data)
    print(f"other languages trained, {time.perf_counter() - begun:.0f} s", flush=True)
    encoded = table.encode()
    files = {
        "abuse.npz": pack_arrays(encoded),
        **{name: (BUNDLED / name).read_bytes() for name in OFF_TOPIC},
        **{f"{language}.npz": pack_arrays(arrays) for language, arrays in languages.items()},
    }
    stored = AbuseTable.decode(table.names, encoded)
    lexical, words = (unpack_arrays(files[name]) for name in OFF_TOPIC)
    relevance = Relevance.decode(lexical, words)
    figures_table = home_table(Classifier(stored, relevance, {}, "in training"), examples)
    figures = [dict(zip(figures_table.columns, row, strict=True)) for row in figures_table.rows]
    card = make_card(heads, int(lexical["pairs"]), arguments.seed, figures, sections)
    digest = write_bundle(arguments.out, files, card)
    size = sum(len(content) for content in files.values()) / 1e6
    print(f"bundle {digest[:10]} of {size:.1f} MB written to {arguments.out}")


if __name__ == "__main__":
    main()
