"""Scores comments: abuse, off-topic, quality, language. Uses neither the web nor a database.

>>> from classifiers import Item, load
>>> classifier = load()
>>> measurement = classifier.score_batch([Item("You are a complete idiot.")])[0]
>>> measurement.signals["insult"] > 0.5
True
"""

from __future__ import annotations

from classifiers.bundle import BundleError
from classifiers.classifier import Classifier, load
from classifiers.explain.context import ContextShare
from classifiers.nearest import nearest
from classifiers.types import ABUSE_SIGNALS, SIGNALS, Contribution, Item, Measurement, Passage

__all__ = [
    "ABUSE_SIGNALS",
    "SIGNALS",
    "BundleError",
    "Classifier",
    "ContextShare",
    "Contribution",
    "Item",
    "Measurement",
    "Passage",
    "load",
    "nearest",
]
