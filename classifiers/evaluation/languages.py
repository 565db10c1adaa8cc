"""Makes the tables of docs/quality.md about languages: detection, scores, unshipped languages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from classifiers.abuse.features import BLOCK
from classifiers.abuse.languages import LanguageHeads
from classifiers.classifier import Classifier
from classifiers.datasets.labelled import Example, normalised, part_of, read_rows
from classifiers.datasets.languages import LANGUAGE_DATASETS, read_language
from classifiers.figure_tables import Table, figure_cells
from classifiers.metrics import report, share_interval
from classifiers.text.language import UNDETERMINED, detect_batch
from classifiers.text.tokens import read_words
from classifiers.training.languages import language_rows, train_language

FIRST_WORDS = 5
"""Number of words kept of a comment to measure short ones."""

SAMPLE = 1000
"""Most texts of a set that language detection is measured on."""

DETECTION_SETS = {
    "en": ("c3_globe_and_mail", "kaggle_insults"),
    "de": ("delimit_de_bretschneider_fb", "germeval2018_de"),
    "ko": ("kocohub_ko",),
    "pt": ("delimit_pt_fortuna", "told_br_pt"),
    "es": ("delimit_es_hateval",),
    "fr": ("delimit_fr_mlma",),
    "it": ("delimit_it_haspeede",),
    "pl": ("delimit_pl_poleval",),
    "id": ("delimit_id_ibrohim",),
    "ar": ("delimit_ar_lhsab",),
}
_FIGURES = ("n", "positives", "AUC", "95 %", "AP", "ECE")

UNSEEN_SETS = {"de": ("delimit_de_bretschneider_fb",), "pt": ("delimit_pt_fortuna",)}
RESEARCH_SETS = {
    "ar": ("delimit_ar_lhsab", "delimit_ar_mlma"),
    "es": ("delimit_es_haternet", "delimit_es_hateval"),
    "fr": ("delimit_fr_mlma",),
    "id": ("delimit_id_ibrohim",),
    "it": ("delimit_it_haspeede", "delimit_it_sanguinetti"),
    "pl": ("delimit_pl_poleval",),
}
"""Sets of tier C: only the evaluation trains on them, to show what the method reaches."""


def _sample(data: Path, name: str) -> list[str]:
    """Return up to `SAMPLE` test texts of a set, chosen by hash."""
    texts = [row["text"] for row in read_rows(data, name)]
    held = [text for text in texts if part_of(normalised(text)) == "test"]
    return sorted(held, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest())[
        :SAMPLE
    ]


def _detected(texts: Sequence[str]) -> list[str]:
    blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]
    return [language for block in blocks for language in detect_batch(block, read_words(block))]


def detection_table(data: Path) -> Table:
    """Return the figures of language detection, on whole comments and on their first words."""
    rows: list[tuple[str, ...]] = []
    for language, names in DETECTION_SETS.items():
        for name in names:
            whole = _sample(data, name)
            short = [" ".join(text.split()[:FIRST_WORDS]) for text in whole]
            for kind, texts in (("whole", whole), (f"first {FIRST_WORDS} words", short)):
                found = _detected(texts)
                right = float(np.mean([one == language for one in found]))
                abstained = float(np.mean([one == UNDETERMINED for one in found]))
                low, high = share_interval(right, len(found))
                rows.append((language, name, kind, f"{len(found):,}", f"{right:.3f}",
                             f"{low:.3f} to {high:.3f}", f"{abstained:.3f}",
                             f"{max(0.0, 1 - right - abstained):.3f}"))  # fmt: skip
    return Table(
        "Language detection",
        "Test parts by hash. The sets are tweets and comments. Some texts are in other languages "
        "or only links and names, so 1 cannot be reached. The thresholds were chosen on "
        "tuning parts of English, German, Korean and Portuguese sets of tiers A and B.",
        ("language", "set", "texts", "n", "right", "95 %", "undetermined", "wrong"),
        rows,
    )


def _plain_scores(train: Sequence[Example], test: Sequence[Example]) -> list[float]:
    """Score toxicity as plain scikit-learn would: tf-idf of words and characters, one logistic."""
    vectors = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
    )
    fitted = LogisticRegression(solver="liblinear").fit(
        vectors.fit_transform([one.text for one in train]),
        [one.labels["toxicity"][0] for one in train],
    )
    scores = fitted.predict_proba(vectors.transform([one.text for one in test]))[:, 1]
    return [float(score) for score in scores]


def other_languages_table(classifier: Classifier, data: Path) -> Table:
    """Return the figures of the shipped other languages on their test parts, with a baseline."""
    rows: list[tuple[str, ...]] = []
    for language in LANGUAGE_DATASETS:
        examples = read_language(data, language)
        heads = classifier.other_languages[language]
        name = LANGUAGE_DATASETS[language].name
        for made in language_rows(heads, examples):
            rows.append((language, name, made["signal"], *figure_cells(made)))
        test = [one for one in examples if one.part == "test"]
        training = [one for one in examples if one.part == "train" and one.labels]
        plain = _plain_scores(training, test)
        truth = [one.labels["toxicity"][0] for one in test]
        rows.append((language, name, "toxicity, baseline", *figure_cells(report(truth, plain))))
        for unseen in UNSEEN_SETS.get(language, ()):
            records = list(read_rows(data, unseen))
            scores = heads.score([row["text"] for row in records])
            labels = [float(row["labels"]["hate"]) for row in records]
            made = report(labels, [one["toxicity"] for one in scores])
            rows.append((language, f"{unseen} (unseen, tier C)", "toxicity", *figure_cells(made)))
    return Table(
        "Other languages",
        "The shipped models on held-out texts: German and Portuguese by hash of the text, Korean "
        "on the official development part. The baseline is tf-idf of words and characters with "
        "logistic regression in scikit-learn, trained in the same run on the same part.",
        ("language", "set", "signal", *_FIGURES),
        rows,
    )


def _hateful(data: Path, name: str) -> list[Example]:
    return [
        Example(
            row["text"],
            name,
            part_of(normalised(row["text"])),
            {"toxicity": (float(row["labels"]["hate"]), 1.0)},
        )
        for row in read_rows(data, name)
    ]


def research_languages_table(data: Path) -> Table:
    """Return what the same training reaches in languages whose data may not be shipped."""
    rows: list[tuple[str, ...]] = []
    for language, names in RESEARCH_SETS.items():
        for name in names:
            examples = _hateful(data, name)
            arrays, reports = train_language(examples, language)
            heads = LanguageHeads.decode(language, [one.signal for one in reports], arrays)
            for made in language_rows(heads, examples):
                rows.append((language, name, *figure_cells(made)))
    return Table(
        "Languages that are not shipped",
        "Sets of tier C (research terms). The evaluation trains a model on 70 % of each set and "
        "measures `toxicity` on 20 %, to show what the method reaches. The bundle has nothing of "
        "these sets.",
        ("language", "set", *_FIGURES),
        rows,
    )
