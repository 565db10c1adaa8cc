"""Loads a verified bundle and scores batches of items."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import BLOCK, extract
from classifiers.abuse.languages import LanguageHeads
from classifiers.abuse.low_quality import low_quality_logits
from classifiers.abuse.model import AbuseTable, as_items, sigmoid
from classifiers.bundle import BundleError, read_bundle, unpack_arrays
from classifiers.explain.context import ContextShare, context_shares
from classifiers.explain.counterfactual import words_to_change
from classifiers.explain.words import explain_item
from classifiers.relevance.model import Relevance
from classifiers.text.language import detect_batch, is_other_language, is_trained
from classifiers.text.tokens import read_words
from classifiers.types import SIGNALS, Contribution, Item, Measurement

BUNDLED = Path(__file__).parent / "bundled"
"""Folder of the bundle that is shipped with the package."""


class Classifier:
    """Scores comments. Thread-safe; caches stories, thread comments and words.

    Build it with `load`.
    """

    def __init__(
        self,
        abuse: AbuseTable,
        relevance: Relevance,
        card: dict[str, Any],
        version: str,
        other_languages: Sequence[LanguageHeads] = (),
    ) -> None:
        self.abuse = abuse
        self.other_languages = {heads.language: heads for heads in other_languages}
        self.relevance = relevance
        self.card = card
        self.version = version
        self.signals: tuple[str, ...] = SIGNALS
        self.languages = frozenset(card.get("languages", ("en",))) | self.other_languages.keys()

    def score_batch(self, items: Sequence[Item]) -> list[Measurement]:
        """Score items.

        Parameters
        ----------
        items : sequence of Item
            Any texts; a text is read up to `classifiers.text.chunks.MAX_CHARS` characters.

        Returns
        -------
        list of Measurement
            One per item, in order. ``off_topic`` is absent without a story. In other languages,
            abuse signals without training labels are absent.
        """
        scored: list[Measurement] = []
        for start in range(0, len(items), BLOCK):
            scored += self._score_block(items[start : start + BLOCK])
        return scored

    def _score_block(self, items: Sequence[Item]) -> list[Measurement]:
        texts = [item.text for item in items]
        features = extract(texts)
        languages = detect_batch(texts, features.words)
        signals = as_items(sigmoid(self.abuse.logits(features)), self.abuse.names)
        self._score_other_languages(texts, languages, signals)
        off_topic, passages = self.relevance.score(items, features.words)
        off_topic_scores = sigmoid(off_topic)
        similarity = self.relevance.similarity
        other_language = is_other_language(languages)
        quality = sigmoid(
            low_quality_logits(features, similarity.idf, similarity.rarest, other_language)
        )
        for number, of_item in enumerate(signals):
            if not np.isnan(off_topic[number]):
                of_item["off_topic"] = round(float(off_topic_scores[number]), 4)
            of_item["low_quality"] = round(float(quality[number]), 4)
        return [
            Measurement(of_item, language, is_trained(language, text, self.languages), passage)
            for of_item, language, text, passage in zip(
                signals, languages, texts, passages, strict=True
            )
        ]

    def _score_other_languages(
        self, texts: Sequence[str], languages: Sequence[str], signals: list[dict[str, float]]
    ) -> None:
        """Replace the English signals of comments in other languages by those of their language."""
        for language in self.other_languages.keys() & set(languages):
            chosen = [number for number, code in enumerate(languages) if code == language]
            scored = self.other_languages[language].score([texts[number] for number in chosen])
            for number, of_item in zip(chosen, scored, strict=True):
                signals[number] = of_item

    def explain(
        self, item: Item, signals: Sequence[str] | None = None, limit: int | None = 12
    ) -> list[Contribution]:
        """Return the words that moved the scores; see `classifiers.explain.words.explain_item`."""
        return explain_item(self, item, signals, limit)

    def explain_context(self, item: Item) -> list[ContextShare]:
        """Return the share of each part of the context in off_topic; empty without a story."""
        if not item.has_story:
            return []
        return context_shares(self.relevance, item)

    def words_to_change(
        self, item: Item, signal: str, threshold: float
    ) -> list[Contribution] | None:
        """Return words without which a signal is below a threshold.

        See `classifiers.explain.counterfactual`.
        """
        return words_to_change(self, item, signal, threshold)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, float32 (texts, dimensions), for `classifiers.nearest`.

        A text without known words has a zero vector. Store the classifier's version with vectors:
        those of different versions cannot be compared.
        """
        blocks = [
            self.relevance.similarity.vectors.of_texts(read_words(block), len(block))
            for block in (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK))
        ]
        dimensions = self.relevance.similarity.vectors.table.shape[1]
        return np.concatenate([np.zeros((0, dimensions), dtype=np.float32), *blocks])


@functools.lru_cache(maxsize=4)
def _load(folder: Path) -> Classifier:
    files, card, digest = read_bundle(folder)
    try:
        arrays = unpack_arrays(files["abuse.npz"])
        table = AbuseTable.decode(card["heads"], arrays)
        lexical, words = unpack_arrays(files["relevance.npz"]), unpack_arrays(files["words.npz"])
        relevance = Relevance.decode(lexical, words)
        other_languages = [
            LanguageHeads.decode(
                language, section["heads"], unpack_arrays(files[f"{language}.npz"])
            )
            for language, section in card.get("further_languages", {}).items()
        ]
        return Classifier(table, relevance, card, f"{card['name']}-{digest[:10]}", other_languages)
    except (KeyError, ValueError, TypeError) as error:
        raise BundleError(f"The bundle in {folder} is incomplete: {error}") from error


def load(folder: str | Path | None = None) -> Classifier:
    """Load a classifier bundle, the shipped one by default. Each folder is read once.

    Raises
    ------
    BundleError
        When a file is missing, damaged, altered or of another format.
    """
    return _load(Path(folder) if folder is not None else BUNDLED)
