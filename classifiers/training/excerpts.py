"""Excerpts of the training texts, for a teacher to judge: what a few words in a row say."""

from __future__ import annotations

import random
from collections.abc import Sequence

from classifiers.training.data import OWN, Example

SIZES = (2, 3, 4, 5, 6, 8, 10, 14, 20, 30)
"""Words of an excerpt, each size as likely as the others."""

PER_TEXT = 5
FEWER = {"wiki_debias_nontoxic": 3, "hatemoji_build": 3, "youtube_spam": 2, "davidson_twitter": 3}
"""Excerpts of each text; fewer of sets that resemble a comment section least."""

WORDS_PER_FURTHER = 25
"""So many words of a text bring one more excerpt."""

MOST_WORDS = 300


def cut_excerpts(examples: Sequence[Example], seed: int = 0) -> list[str]:
    """Return excerpts of the real training texts, each once; the seed draws them."""
    source = random.Random(seed)
    found: dict[str, str] = {}
    for example in examples:
        if example.part != "train" or example.source == OWN:
            continue
        words = example.text.split()[:MOST_WORDS]
        wanted = FEWER.get(example.source, PER_TEXT) + len(words) // WORDS_PER_FURTHER
        for _ in range(wanted if len(words) > 1 else 0):
            size = min(source.choice(SIZES), len(words))
            begin = source.randrange(len(words) - size + 1)
            excerpt = " ".join(words[begin : begin + size])
            found.setdefault(excerpt.lower(), excerpt)
    return list(found.values())
