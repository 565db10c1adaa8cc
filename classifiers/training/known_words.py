"""Makes the table of known words that disguised words are repaired to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import Example, part_of, read_rows
from classifiers.text.identity_terms import IDENTITY_TERMS
from classifiers.text.insult_words import INSULTS
from classifiers.text.known_words import ABUSIVE_WORD, CANDIDATE, COST_STEPS, TABLE
from classifiers.text.word_codes import read_word_codes
from classifiers.training.innocent_words import INNOCENT

FEWEST_TEXTS = 3
"""Fewest texts of a known word."""

FEWEST_FOR_REPAIR = 12
"""Fewest texts of a word that others are repaired to."""

ABUSIVE_SHARE = 0.6
"""Least share of toxic texts among the texts of an abusive word."""

SAFE_COST = 6.0
"""Highest cost of a word on the list of innocent words, so that it is never repaired."""

OTHER_LANGUAGES = ("germeval2018_de", "told_br_pt")
"""Sets whose words are known, so that they are not taken for disguised English words."""

_BLOCK = 4096


Weights = NDArray[np.float64]


def _counts(texts: Sequence[str], weights: Weights) -> tuple[NDArray[np.uint64], Weights]:
    """Return the distinct words' hashes and the summed weights of their texts, (words,) each."""
    hashes, sums = [], []
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        chunks = [chunk for text in block for chunk in text.split()]
        owners = np.repeat(np.arange(len(block)), [len(text.split()) for text in block])
        words = read_word_codes(chunks)
        hashes_of_block = words.hashes[0]
        order = np.lexsort((owners[words.chunk_ids], hashes_of_block))
        # Sorted by word and text: a word counts once per text.
        sorted_hashes, owner = hashes_of_block[order], owners[words.chunk_ids][order]
        first = np.ones(len(sorted_hashes), dtype=bool)
        first[1:] = (sorted_hashes[1:] != sorted_hashes[:-1]) | (owner[1:] != owner[:-1])
        hashes.append(sorted_hashes[first])
        sums.append(weights[start : start + _BLOCK][owner[first]])
    keys, inverse = np.unique(np.concatenate(hashes), return_inverse=True)
    counts = np.bincount(inverse, np.concatenate(sums), len(keys))
    return keys, counts.astype(np.float64)


def _hashes(words: Iterable[str]) -> NDArray[np.uint64]:
    return np.unique(read_word_codes(sorted(words)).hashes[0])


def learn_known_words(
    examples: Sequence[Example], data: Path, profane: frozenset[str]
) -> dict[str, NDArray[np.generic]]:
    """Return the table's arrays, learned from the training part.

    Only words of public lists and words of several texts are stored, as hashes with their cost.
    """
    used = [example for example in examples if example.part == "train"]
    texts = [example.text for example in used]
    keys, seen = _counts(texts, np.ones(len(texts)))
    toxic = [example.labels.get("toxicity", (0.0, 0.0)) for example in used]
    labelled = _counts(texts, np.array([float(weight > 0) for _, weight in toxic]))[1]
    abusive = _counts(texts, np.array([float(target * weight > 0) for target, weight in toxic]))[1]
    share = abusive / np.maximum(labelled, 1.0)
    listed = _hashes(profane | INSULTS)
    is_abusive = np.isin(keys, listed) | (
        (share >= ABUSIVE_SHARE) & (labelled >= FEWEST_FOR_REPAIR)
    )
    flags = ABUSIVE_WORD * is_abusive + CANDIDATE * (
        (seen >= FEWEST_FOR_REPAIR) | np.isin(keys, listed)
    )
    known = (seen >= FEWEST_TEXTS) | np.isin(keys, listed)
    costs = np.log(len(texts) / np.maximum(seen, 1.0))
    rare = float(np.log(len(texts) / 2.0))
    table = dict(zip(keys[known].tolist(), zip(costs[known].tolist(), flags[known].tolist(),
                                               strict=True), strict=True))  # fmt: skip
    for word in listed.tolist():
        table.setdefault(word, (rare, ABUSIVE_WORD | CANDIDATE))
    for word in _words_of_other_languages(data):
        table.setdefault(word, (rare, 0))
    for word in _hashes({*INNOCENT, *IDENTITY_TERMS}).tolist():
        cost, flag = table.get(word, (rare, 0))
        table[word] = (min(cost, SAFE_COST), flag)
    hashes = np.array(sorted(table), dtype=np.uint64)
    values = np.array([table[word] for word in hashes.tolist()])
    return {
        "linear": hashes,
        "costs": np.rint(values[:, 0] * COST_STEPS).astype(np.uint8),
        "flags": values[:, 1].astype(np.uint8),
    }


def _words_of_other_languages(data: Path) -> list[int]:
    """Return the hashes of the common words of texts in other languages."""
    found: list[int] = []
    for name in OTHER_LANGUAGES:
        rows = list(read_rows(data, name))
        texts = [row["text"] for row in rows if part_of(row["text"]) == "train"]
        keys, seen = _counts(texts, np.ones(len(texts)))
        found += keys[seen >= FEWEST_TEXTS].tolist()
    return found


def write_known_words(arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write the table into the package; equal words give equal bytes."""
    TABLE.write_bytes(pack_arrays(arrays))
