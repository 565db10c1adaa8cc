"""Excerpts of the training texts, for a teacher to judge: what a few words in a row say."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from classifiers.datasets.labelled import TEMPLATED, Example

SIZES = (2, 3, 4, 5, 6, 8, 10, 14, 20, 30)
"""Words of an excerpt, each size as likely as the others."""

PER_TEXT = 14
FEWER = {"wiki_debias_nontoxic": 8, "hatemoji_build": 8, "youtube_spam": 6, "davidson_twitter": 8}
"""Excerpts of each text; fewer of sets that resemble a comment section least."""

LONG = 125
"""A text of so many words has twice as many excerpts, and so on."""

MOST_WORDS = 300

SENTENCE_WORDS = range(3, 41)
"""Sentences of so many words are excerpts as well: denials and quotations are whole in them."""

_SENTENCE_END = re.compile(r"[.!?][\"')\]]*$")


def cut_excerpts(examples: Sequence[Example], seed: int = 0) -> list[str]:
    """Return excerpts and sentences of the real training texts, each once; the seed draws them."""
    source = random.Random(seed)
    texts = [
        (one.source, one.text.split()[:MOST_WORDS])
        for one in examples
        if one.part == "train" and one.source != TEMPLATED
    ]
    found: dict[str, str] = {}
    for name, words in texts:
        for excerpt in _drawn(words, FEWER.get(name, PER_TEXT), source):
            found.setdefault(excerpt.lower(), excerpt)
    for _, words in texts:
        for sentence in _sentences(words):
            found.setdefault(sentence.lower(), sentence)
    return list(found.values())


def _drawn(words: Sequence[str], count: int, source: random.Random) -> Iterator[str]:
    wanted = count + len(words) * PER_TEXT // LONG
    for _ in range(wanted if len(words) > 1 else 0):
        size = min(source.choice(SIZES), len(words))
        begin = source.randrange(len(words) - size + 1)
        yield " ".join(words[begin : begin + size])


def _sentences(words: Sequence[str]) -> Iterator[str]:
    begin = 0
    for end, word in enumerate(words, start=1):
        if end == len(words) or _SENTENCE_END.search(word):
            if end - begin in SENTENCE_WORDS:
                yield " ".join(words[begin:end])
            begin = end
