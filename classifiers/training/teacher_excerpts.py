"""Cuts excerpts of a few words from the training texts, to be labelled by a teacher model."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from classifiers.datasets.labelled import TEMPLATED, Example

SIZES = (2, 3, 4, 5, 6, 8, 10, 14, 20, 30)
"""Numbers of words of an excerpt, all equally likely."""

PER_TEXT = 14
FEWER = {"wiki_debias_nontoxic": 8, "hatemoji_build": 8, "youtube_spam": 6, "davidson_twitter": 8}
"""Number of excerpts per text; fewer for the sets that resemble a comment section least."""

LONG = 125
"""Number of words that add another `PER_TEXT` excerpts."""

MOST_WORDS = 300

SENTENCE_WORDS = range(3, 41)
"""Numbers of words of sentences that are excerpts too: they keep negation and quotation whole."""

_SENTENCE_END = re.compile(r"[.!?][\"')\]]*$")


def cut_excerpts(examples: Sequence[Example], seed: int = 0) -> list[str]:
    """Return random excerpts, and sentences, of the training texts, each once; no templates."""
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
