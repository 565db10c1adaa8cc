"""Trains the abuse heads of further languages, each from one labelled set of tier A or B."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from classifiers.abuse import AbuseTable, Emphasis
from classifiers.bundle import Arrays
from classifiers.features import BLOCK
from classifiers.items import ABUSE_SIGNALS
from classifiers.languages import LANGUAGE_BITS, LanguageHeads, read
from classifiers.metrics import report
from classifiers.training.abuse import ROUNDS, HeadReport
from classifiers.training.calibration import platt
from classifiers.training.data import Example, Labels, Row, normalised, part_of, read_rows
from classifiers.training.matrix import counted, with_windows
from classifiers.training.taught_abroad import with_taught

PENALTIES = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Inverse strengths of the L2 penalty to choose from on the tuning part."""

FEWEST_TEXTS = 2
"""Texts that a feature must appear in."""

_NOTHING = 1e-3
"""Weights up to that are left out."""

FEWEST_POSITIVES = 100
"""Positive training texts below which a signal is left out."""


@dataclass(frozen=True, slots=True)
class Source:
    """The labelled set of one language and how it reads."""

    name: str
    tier: str
    licence: str
    text: str
    labels_of: Callable[[Row], Labels]
    part_of: Callable[[Row], str]


def _binary(target: bool) -> tuple[float, float]:
    return float(target), 1.0


def _german(row: Row) -> Labels:
    kind = row["labels"]["kind"]
    labels = {"toxicity": _binary(kind != "OTHER")}
    if kind in ("OTHER", "INSULT"):  # one kind per text: an ABUSE may insult as well
        labels["insult"] = _binary(kind == "INSULT")
    return labels | {"identity_attack": _binary(kind == "ABUSE")}


def _korean(row: Row) -> Labels:
    labels = row["labels"]
    attack = bool(labels["offensive"]) and labels["bias"] != "none"
    return {
        "toxicity": _binary(bool(labels["offensive"])),
        "severe_toxicity": _binary(bool(labels["hate"])),
        "identity_attack": _binary(attack),
    }


_GROUPS = ("homophobia", "racism", "misogyny", "xenophobia")


def _portuguese(row: Row) -> Labels:
    votes = row["labels"]
    labels = {"toxicity": _binary(bool(votes["abusive"]))}
    shares = {
        "insult": votes["insult"],
        "profanity": votes["obscene"],
        "identity_attack": max(votes[name] for name in _GROUPS),
    }
    # One vote of three is neither yes nor no.
    clear = {name: _binary(share > 0.5) for name, share in shares.items() if not 0 < share < 0.5}
    return labels | clear


def _by_text(row: Row) -> str:
    return part_of(normalised(row["text"]))


def _korean_part(row: Row) -> str:
    """Keep the official development part for testing; draw the tuning part by news article."""
    if row["split"] == "dev":
        return "test"
    return "tune" if part_of(str(row["article_id"])) == "tune" else "train"


SOURCES: dict[str, Source] = {
    "de": Source(
        "germeval2018_de", "A", "CC BY 4.0, from memory and to be checked", "tweets",
        _german, _by_text,
    ),
    "ko": Source(
        "kocohub_ko", "B", "CC BY-SA 4.0", "readers' comments on entertainment news",
        _korean, _korean_part,
    ),
    "pt": Source("told_br_pt", "B", "CC BY-SA 4.0", "Brazilian tweets", _portuguese, _by_text),
}  # fmt: skip


def read_language(data: Path, language: str) -> list[Example]:
    """Read and label the set of one language."""
    source = SOURCES[language]
    return [
        Example(row["text"], source.name, source.part_of(row), source.labels_of(row))
        for row in read_rows(data, source.name)
    ]


def count_features(
    texts: Sequence[str], language: str, table: AbuseTable | None = None, head: int = 0
) -> sparse.csr_matrix:
    """Return the scaled features (texts x 2**LANGUAGE_BITS) as a language's heads see them.

    With a table those of the window that is worst for one of its heads, instead of the whole text.
    """
    parts = []
    for start in range(0, len(texts), BLOCK):
        features = read(texts[start : start + BLOCK], language)
        if table is not None:
            features = table.worst_windows(features, head)
        parts.append(counted(features, LANGUAGE_BITS))
    return sparse.vstack(parts, format="csr")


def _ratios(
    matrix: sparse.csr_matrix, target: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each feature's log ratio of abusive to clean, 0 for features seen too rarely.

    As weights of the features before a logistic regression they help where data are few (Wang and
    Manning 2012, "Baselines and bigrams").
    """
    present = (matrix > 0).astype(np.float64)
    abusive = present.T @ (weight * target) + 1.0
    clean = present.T @ (weight * (1.0 - target)) + 1.0
    seen = np.asarray(present.sum(axis=0)).ravel()
    ratios = np.log((abusive / abusive.sum()) / (clean / clean.sum()))
    return np.asarray(np.where(seen >= FEWEST_TEXTS, ratios, 0.0))


def _fit_head(
    matrix: sparse.csr_matrix, examples: Sequence[Example], signal: str
) -> NDArray[np.float64]:
    """Return a weight per feature, with the penalty that the tuning part chooses."""
    known = [row for row, example in enumerate(examples) if signal in example.labels]
    target, weight = np.array([examples[row].labels[signal] for row in known]).T
    training = np.array([examples[row].part == "train" for row in known])
    matrix = matrix[known]
    ratios = _ratios(matrix[training], target[training], weight[training])
    scaled = (matrix @ sparse.diags(ratios)).tocsr()
    rows, classes, counts = _both_ways(target[training], weight[training])
    best: tuple[float, NDArray[np.float64]] | None = None
    for penalty in PENALTIES:
        fitted = LogisticRegression(C=penalty, solver="liblinear", random_state=0)
        fitted.fit(scaled[training][rows], classes, sample_weight=counts)
        margins = scaled[~training] @ fitted.coef_[0]
        calibrated = LogisticRegression(C=1e4).fit(margins[:, None], target[~training])
        loss = log_loss(target[~training], calibrated.predict_proba(margins[:, None]))
        if best is None or loss < best[0]:
            best = (loss, fitted.coef_[0] * ratios)
    assert best is not None
    return best[1]


def _both_ways(
    target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return rows, classes and weights: a text with a soft target counts as either class."""
    counts = np.stack([weight * (1.0 - target), weight * target], axis=1)
    rows, classes = np.nonzero(counts > _NOTHING)
    return rows, classes, counts[rows, classes]


def train_language(examples: list[Example], language: str) -> tuple[Arrays, list[HeadReport]]:
    """Train and calibrate the heads that a language's labels allow; return what is stored.

    The first round learns on whole texts, the next on the worst windows that it found as well.
    """
    used = [one for one in with_taught(examples, language) if one.part != "test"]
    tuning = [example for example in used if example.part != "train"]
    texts = [example.text for example in used]
    reports = [one for one in (_report(used, signal) for signal in ABUSE_SIGNALS) if one]
    names = tuple(one.signal for one in reports)
    whole = count_features(texts, language)
    table: AbuseTable | None = None
    for _ in range(ROUNDS):
        weights = [
            _fit_head(_with_windows(whole, texts, language, table, head), used, signal)
            for head, signal in enumerate(names)
        ]
        stacked = np.stack(weights, axis=1).astype(np.float32)
        table = _calibrated(names, stacked, tuning, language)
    assert table is not None
    return table.encode(), reports


def _with_windows(
    whole: sparse.csr_matrix,
    texts: Sequence[str],
    language: str,
    table: AbuseTable | None,
    head: int,
) -> sparse.csr_matrix:
    """Return the mean of whole texts and their worst windows, weighted as a table weighs them."""
    if table is None or table.emphasis is None:
        return whole
    worst = count_features(texts, language, table, head)
    return with_windows(whole, worst, table.emphasis.worst[head])


def _report(used: list[Example], signal: str) -> HeadReport | None:
    """Count the texts that a head can learn from; None when too few of them are abusive."""
    labelled = [example for example in used if signal in example.labels]
    learned = [example for example in labelled if example.part == "train"]
    positives = sum(example.labels[signal][0] > 0.5 for example in learned)
    if positives < FEWEST_POSITIVES:
        return None
    return HeadReport(signal, len(learned), positives, len(labelled) - len(learned))


def _calibrated(
    names: tuple[str, ...], weights: NDArray[np.float32], tuning: list[Example], language: str
) -> AbuseTable:
    """Fit on held-out texts how whole text and worst window make a probability."""
    nothing = np.zeros(len(names), dtype=np.float32)
    plain = AbuseTable(names, weights, nothing)
    texts = [example.text for example in tuning]
    starts = range(0, len(texts), BLOCK)
    parts = [plain.margins(read(texts[start : start + BLOCK], language)) for start in starts]
    margins = np.stack(
        [
            np.concatenate([part.whole for part in parts]),
            np.concatenate([part.worst for part in parts]),
        ],
        axis=-1,
    )
    slopes, emphasis, bias = np.zeros((3, len(names)), dtype=np.float32)
    for head, signal in enumerate(names):
        rows = np.flatnonzero([signal in example.labels for example in tuning])
        targets = np.array([tuning[row].labels[signal][0] > 0.5 for row in rows])
        evenly = np.ones(len(rows), dtype=np.float32)
        slopes[head], by_window, bias[head] = platt(margins[rows, head], targets, evenly)
        emphasis[head] = by_window / slopes[head]
    return AbuseTable(names, weights * slopes, bias, Emphasis(emphasis, nothing))


def language_rows(heads: LanguageHeads, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Return the figures of each head on the test part."""
    test = [example for example in examples if example.part == "test"]
    scores = heads.score([example.text for example in test])
    rows = []
    for signal in heads.table.names:
        pairs = [
            (example.labels[signal][0], one[signal])
            for example, one in zip(test, scores, strict=True)
            if signal in example.labels
        ]
        labels, values = zip(*pairs, strict=True)
        rows.append({"signal": signal, **report(labels, values)})
    return rows


def train_languages(data: Path) -> tuple[dict[str, Arrays], dict[str, dict[str, Any]]]:
    """Train every further language; return its arrays and its section of the card."""
    arrays: dict[str, Arrays] = {}
    cards: dict[str, dict[str, Any]] = {}
    for language, source in SOURCES.items():
        examples = read_language(data, language)
        arrays[language], reports = train_language(examples, language)
        names = [one.signal for one in reports]
        heads = LanguageHeads.decode(language, names, arrays[language])
        cards[language] = {
            "heads": names,
            "data": [{"name": source.name, "tier": source.tier, "licence": source.licence}],
            "text": source.text,
            "training": [asdict(one) for one in reports],
            "figures": language_rows(heads, examples),
            "known_failures": list(KNOWN_FAILURES[language]),
        }
    return arrays, cards


_ALL = (
    "One source, so other kinds of text are further away than the figures say.",
    "Calibrated to the share of abuse in that source, which is far above a newspaper's: read "
    "scores as an ordering until the site's own decisions adapt them.",
)
KNOWN_FAILURES: dict[str, tuple[str, ...]] = {
    "de": (
        *_ALL,
        "Tweets of 2017 and 2018 about politics: words of that quarrel weigh.",
        "No severe_toxicity, threat, profanity, sexual or spam.",
    ),
    "ko": (
        *_ALL,
        "Comments on entertainers: talk of their private lives weighs, politics is unknown.",
        "identity_attack is offence together with a bias that annotators saw, mostly of gender.",
        "No insult, threat, profanity, sexual or spam.",
    ),
    "pt": (
        *_ALL,
        "Brazilian tweets, one vote of three is enough for toxicity; European Portuguese is "
        "unknown to it.",
        "identity_attack rests on about two hundred positive texts.",
        "No severe_toxicity, threat, sexual or spam.",
    ),
}
