"""Trains the abuse heads: one logistic regression per signal on the shared hashed features."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression, SGDClassifier

from classifiers.abuse import AbuseTable
from classifiers.disguises import disguise_words
from classifiers.items import ABUSE_SIGNALS
from classifiers.training.data import LEXICON, Example
from classifiers.training.lexicon import Lexicon
from classifiers.training.matrix import count_matrix, inverse_frequency, weighted
from classifiers.training.sentences import own_sentences

ALPHA = 6e-6
"""Strength of the L2 penalty (SGDClassifier's alpha), chosen on the tuning part."""

EPOCHS = 8

SWEAR_STEMS = ("fuck", "shit", "bitch", "cunt", "nigg", "fag", "whore", "slut", "cock", "dick",
               "pussy", "penis", "porn", "bastard", "asshole", "crap", "wank", "twat")  # fmt: skip
"""Words with these parts are not taken as examples of clean words."""

_DISGUISED = ("jigsaw_wiki24k", "kaggle_insults", "ruddit", "civil_toxic_spans", "convabuse")


@dataclass(frozen=True, slots=True)
class HeadReport:
    """How many texts a head learned from and was calibrated on."""

    signal: str
    rows: int
    positives: int
    tuning_rows: int


def with_own_sentences(examples: list[Example], seed: int) -> list[Example]:
    """Add the project's own templated sentences: a part each for training and tuning."""
    made = own_sentences(seed)
    extra = [
        Example(text, "own_sentences", "tune" if number % 8 == 0 else "train", {
            signal: (target, 1.0),
            **({"toxicity": (target, 0.5)} if signal != "spam" else {}),
            **({"severe_toxicity": (target, 0.5)} if signal == "threat" else {}),
        })
        for number, (text, signal, target) in enumerate(made)
    ]  # fmt: skip
    return examples + extra


def with_disguises(examples: list[Example], words: frozenset[str], seed: int) -> list[Example]:
    """Add disguised copies of a third of the training texts, abusive and clean alike.

    Listed swear words are always disguised in a copy, other words sometimes, so that it is the
    disguised swear word that is learned and not the disguise.
    """
    source = random.Random(seed)
    copies: list[Example] = []
    for example in examples:
        if example.part != "train" or example.source not in _DISGUISED:
            continue
        if source.random() < 0.33:
            text = disguise_words(example.text, words, source)
            labels = {name: (target, weight * 0.5) for name, (target, weight)
                      in example.labels.items()}  # fmt: skip
            copies.append(Example(text, example.source, "train", labels))
    return examples + copies


def with_vocabulary(examples: list[Example], words: frozenset[str], seed: int) -> list[Example]:
    """Add bare words: ordinary ones as clean, listed swear words as profane.

    Otherwise character n-grams find swear words within innocent ones ("watches", "Scunthorpe").
    """
    seen: Counter[str] = Counter()
    for example in examples:
        if example.source in _DISGUISED and example.part == "train":
            seen.update({word for word in example.text.lower().split() if word.isalpha()})
    dirty = {word for word in words if seen[word] or len(word) > 3}
    ordinary = [word for word, times in sorted(seen.items()) if times >= 3 and word not in words
                and not any(part in word for part in SWEAR_STEMS)]  # fmt: skip
    random.Random(seed).shuffle(ordinary)
    clean = [" ".join(ordinary[start : start + 2]) for start in range(0, len(ordinary), 2)]
    label = {"profanity": (0.0, 3.0), "sexual": (0.0, 1.0), "toxicity": (0.0, 0.3)}
    added = [Example(text, "vocabulary", "train", dict(label)) for text in clean]
    added += [
        Example(word, "vocabulary", "train", {"profanity": (1.0, 0.5)}) for word in sorted(dirty)
    ]
    return examples + added


def enriched(examples: list[Example], data: Path, seed: int) -> list[Example]:
    """Return the examples with own sentences, disguised copies and bare words added."""
    words = Lexicon.read(data / LEXICON).profane
    more = with_own_sentences(examples, seed)
    return with_vocabulary(with_disguises(more, words, seed), words, seed)


def train_abuse(examples: list[Example], seed: int = 0) -> tuple[AbuseTable, list[HeadReport]]:
    """Train all heads on the training part and calibrate them on the tuning part."""
    used = [example for example in examples if example.part != "test"]
    counts, scales = count_matrix([example.text for example in used])
    training = np.array([example.part == "train" for example in used])
    frequency = inverse_frequency(counts[training])
    matrix = weighted(counts, scales, frequency)
    del counts
    sources = sorted({example.source for example in used})
    intercepts = sparse.csr_matrix(
        [[float(example.source == source) for source in sources] for example in used],
        dtype=np.float32,
    )
    full = sparse.hstack([matrix, intercepts], format="csr")
    weights = np.zeros((matrix.shape[1], len(ABUSE_SIGNALS)), dtype=np.float32)
    bias = np.zeros(len(ABUSE_SIGNALS), dtype=np.float32)
    reports: list[HeadReport] = []
    for head, signal in enumerate(ABUSE_SIGNALS):
        learned, base, report = _train_head(used, full, training, signal, len(sources), seed)
        weights[:, head] = learned * frequency
        bias[head] = base
        reports.append(report)
    return AbuseTable(ABUSE_SIGNALS, weights, bias), reports


def _targets(used: list[Example], signal: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (target, weight) per example; weight 0 where the set says nothing about it."""
    pairs = [example.labels.get(signal, (0.0, 0.0)) for example in used]
    both = np.array(pairs, dtype=np.float64)
    return both[:, 0], both[:, 1]


def _train_head(
    used: list[Example],
    full: sparse.csr_matrix,
    training: NDArray[np.bool_],
    signal: str,
    source_count: int,
    seed: int,
) -> tuple[NDArray[np.float64], float, HeadReport]:
    """Fit one head; return its feature weights and bias with the calibration folded in."""
    target, weight = _targets(used, signal)
    rows = np.flatnonzero(training & (weight > 0))
    classifier = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=seed
    )
    positives = target[rows].sum()
    lift = float(np.clip((len(rows) - positives) / max(positives, 1.0) / 8.0, 1.0, 10.0))
    classifier.fit(
        full[rows], target[rows], sample_weight=weight[rows] * np.where(target[rows] > 0, lift, 1.0)
    )
    learned = classifier.coef_[0][:-source_count]
    tuning = np.flatnonzero(~training & (weight > 0))
    margins = full[tuning][:, :-source_count] @ learned
    slope, base = _platt(margins, target[tuning], weight[tuning])
    report = HeadReport(signal, len(rows), int(positives), len(tuning))
    return learned * slope, base, report


def _platt(
    margins: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Fit Platt's sigmoid (Platt 1999) on held-out margins; return slope and intercept."""
    fitted = LogisticRegression(C=1e4).fit(margins[:, None], target, sample_weight=weight)
    return max(float(fitted.coef_[0, 0]), 1e-6), float(fitted.intercept_[0])
