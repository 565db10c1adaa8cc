"""Wraps the classifiers as scikit-learn estimators for pipelines, cross-validation, calibration.

Their input is a sequence of comments, each a string or an `Item` with its context. Scoring does not
import this module, nor scikit-learn.

>>> from sklearn.linear_model import LogisticRegression
>>> from sklearn.pipeline import make_pipeline
>>> texts = ["You are an idiot", "Thank you", "What an idiot", "I agree"]
>>> model = make_pipeline(CommentFeatures(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
>>> model.predict(["an idiot"]).tolist()
[1]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from classifiers import site_model
from classifiers.abuse.features import BLOCK, extract, scale_of
from classifiers.classifier import Classifier, load
from classifiers.text.hashing import TABLE_BITS
from classifiers.types import Item

Comments = Iterable[str | Item]


def items_of(X: Comments) -> list[Item]:
    """Return comments as items.

    Raises
    ------
    ValueError
        For a single string, or anything but strings and items.
    """
    if isinstance(X, str):
        raise ValueError("Expected a sequence of comments, got a single string.")
    items = [one if isinstance(one, Item) else Item(one) for one in X]
    if not all(isinstance(item.text, str) for item in items):
        raise ValueError("Comments must be strings or items.")
    return items


class _OfComments(BaseEstimator):  # type: ignore[misc]
    """Base of the estimators: input is a sequence of comments, not a table of numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


class CommentFeatures(TransformerMixin, _OfComments):  # type: ignore[misc]
    """Turns comments into a sparse matrix of hashed words, pairs of words and character n-grams.

    It needs no training. Disguises are repaired; words for groups of people share one feature.

    Parameters
    ----------
    bits : int, default=20
        log2 of the number of columns, 1 to 20.
    scaled : bool, default=True
        Divide by the square root of the number of features, as the bundled heads do. If false,
        return counts.
    """

    def __init__(self, *, bits: int = TABLE_BITS, scaled: bool = True) -> None:
        self.bits = bits
        self.scaled = scaled

    def fit(self, X: Comments, y: ArrayLike | None = None) -> Self:
        """Check the parameters."""
        if not 1 <= self.bits <= TABLE_BITS:
            raise ValueError(f"bits must be 1 to {TABLE_BITS}, got {self.bits}.")
        items_of(X)
        return self

    def transform(self, X: Comments) -> sparse.csr_matrix:
        """Return the features, float32 (comments, 2**bits)."""
        texts = [item.text for item in items_of(X)]
        parts = [sparse.csr_matrix((0, 1 << self.bits), dtype=np.float32)]
        for start in range(0, len(texts), BLOCK):
            features = extract(texts[start : start + BLOCK])
            rows = np.concatenate([family[0] for family in features.families])
            ids = np.concatenate([family[1] for family in features.families])
            scale = scale_of(features.counts) if self.scaled else np.ones(features.count, "f4")
            place = (ids, rows >> (TABLE_BITS - self.bits))
            shape = (features.count, 1 << self.bits)
            parts.append(sparse.csr_matrix((scale[ids], place), shape=shape))
        return sparse.vstack(parts, format="csr")

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return a name per column: a number, because hashing keeps no words."""
        return np.array([f"hashed{number}" for number in range(1 << self.bits)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


class SignalClassifier(ClassifierMixin, _OfComments):  # type: ignore[misc]
    """One signal of a bundle as a classifier without training; class 1 is the bad one.

    Parameters
    ----------
    signal : str, default="toxicity"
    bundle : str or Path, optional
        Folder of a bundle; the shipped one by default.

    Attributes
    ----------
    classes_ : array of shape (2,)
        Always 0 and 1.
    """

    classes_ = np.array([0, 1])

    def __init__(self, signal: str = "toxicity", *, bundle: str | Path | None = None) -> None:
        self.signal = signal
        self.bundle = bundle

    def fit(self, X: Comments, y: ArrayLike | None = None) -> Self:
        """Check the input.

        Raises
        ------
        ValueError
            For an unknown signal, or labels other than 0 and 1.
        """
        self._classifier()
        check_consistent_length(items_of(X), y)
        if y is not None:
            check_classification_targets(y)
            if not set(np.unique(y)) <= {0, 1}:
                raise ValueError("Labels must be 0 and 1: the signal is pre-trained.")
        return self

    def predict_proba(self, X: Comments) -> NDArray[np.float64]:
        """Return probabilities, (comments, 2); one half for a comment without the signal."""
        measured = self._classifier().score_batch(items_of(X))
        bad = np.array([one.signals.get(self.signal, 0.5) for one in measured], dtype=np.float64)
        return np.stack([1.0 - bad, bad], axis=1)

    def predict(self, X: Comments) -> NDArray[np.int64]:
        """Return 1 where the score is above one half."""
        return np.asarray(self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)])

    def _classifier(self) -> Classifier:
        classifier = load(self.bundle)
        if self.signal not in classifier.signals:
            raise ValueError(f"signal must be one of {', '.join(classifier.signals)}.")
        return classifier

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.classifier_tags.multi_class = False
        return tags


class AdaptedClassifier(ClassifierMixin, _OfComments):  # type: ignore[misc]
    """A site's model: learns what its moderators reject, starting from the bundle.

    Parameters
    ----------
    bundle : str or Path, optional
        Folder of a bundle; the shipped one by default.
    seed : int, default=0
        Equal comments, labels and seed give equal classifiers.

    Attributes
    ----------
    classes_ : array of shape (2,)
        The labels in order; the model learns the probability of the second.
    adaptation_ : `classifiers.site_model.Adaptation`
    """

    def __init__(self, *, bundle: str | Path | None = None, seed: int = 0) -> None:
        self.bundle = bundle
        self.seed = seed

    def fit(self, X: Comments, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to comments and labels of two classes; see `classifiers.site_model.fit`."""
        items = items_of(X)
        check_consistent_length(items, y, sample_weight)
        check_classification_targets(y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(
                f"Only binary classification is supported: got {len(self.classes_)} classes."
            )
        weights: Sequence[float] | None = None
        if sample_weight is not None:
            weights = np.asarray(sample_weight, dtype=np.float64).tolist()
        self.adaptation_ = site_model.fit(
            load(self.bundle), items, target.tolist(), weights, seed=self.seed
        )
        return self

    def decision_function(self, X: Comments) -> NDArray[np.float64]:
        """Return the log-odds of the second class, (comments,)."""
        check_is_fitted(self)
        return self.adaptation_.logits(items_of(X))

    def predict_proba(self, X: Comments) -> NDArray[np.float64]:
        """Return the probabilities of both classes, (comments, 2)."""
        bad = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.stack([1.0 - bad, bad], axis=1)

    def predict(self, X: Comments) -> NDArray[Any]:
        """Return the likelier class."""
        second = self.decision_function(X) > 0
        return np.asarray(self.classes_[second.astype(int)])

    def __getstate__(self) -> dict[str, Any]:
        """Return the state with the adaptation as safe bytes; unpickling loads the bundle again."""
        state: dict[str, Any] = super().__getstate__()
        if "adaptation_" not in state:
            return state
        return {**state, "adaptation_": self.adaptation_.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "adaptation_" in state:
            self.adaptation_ = site_model.from_bytes(state["adaptation_"], load(self.bundle))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
