"""Adds training texts: soft labels, templated sentences, disguised copies, single words."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from classifiers.datasets.disguised_copies import disguise_words
from classifiers.datasets.functional_suite import suite
from classifiers.datasets.labelled import LEXICON, TEMPLATED, Example, normalised, part_to_learn
from classifiers.datasets.lexicon import Lexicon
from classifiers.training.soft_labels import add_soft_labels
from classifiers.training.templated_sentences import templated_sentences

SWEAR_STEMS = ("fuck", "shit", "bitch", "cunt", "nigg", "fag", "whore", "slut", "cock", "dick",
               "pussy", "penis", "porn", "bastard", "asshole", "crap", "wank", "twat")  # fmt: skip
"""Parts of words that are no examples of clean words."""

_DISGUISED = ("jigsaw_wiki24k", "kaggle_insults", "ruddit", "civil_toxic_spans", "convabuse")


def add_templated_sentences(examples: list[Example], seed: int) -> list[Example]:
    """Add the project's templated sentences to the training and tuning parts.

    All sentences of a template are in one part; otherwise scores would be calibrated on sentences
    that the weights know. Sentences of the functional suite are left out: it must stay unseen.
    """
    examined = {normalised(text) for one in suite() for _, text in one.sentences}
    return examples + [
        Example(text, TEMPLATED, part_to_learn(template), dict(labels))
        for text, labels, template in templated_sentences(seed)
        if normalised(text) not in examined
    ]


def add_disguised_copies(
    examples: list[Example], words: frozenset[str], seed: int
) -> list[Example]:
    """Add disguised copies of a third of the training texts, abusive and clean alike.

    In a copy every listed swear word is disguised, and some other words, so that the heads learn
    the disguised swear word and not the disguise.
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


def add_single_words(examples: list[Example], lexicon: Lexicon, seed: int) -> list[Example]:
    """Add single words: ordinary ones as clean, listed ones with the labels of the list.

    Without them, character n-grams find swear words within innocent words ("Scunthorpe").
    """
    seen: Counter[str] = Counter()
    for example in examples:
        if example.source in _DISGUISED and example.part == "train":
            seen.update({word for word in example.text.lower().split() if word.isalpha()})
    words = lexicon.profane
    ordinary = [word for word, times in sorted(seen.items()) if times >= 3 and word not in words
                and not any(part in word for part in SWEAR_STEMS)]  # fmt: skip
    random.Random(seed).shuffle(ordinary)
    clean = [" ".join(ordinary[start : start + 2]) for start in range(0, len(ordinary), 2)]
    label = {"profanity": (0.0, 3.0), "sexual": (0.0, 1.0), "toxicity": (0.0, 0.3)}
    added = [Example(text, "vocabulary", "train", dict(label)) for text in clean]
    added += [
        Example(word, "vocabulary", "train", dict(lexicon.meanings[word]))
        for word in sorted(words)
        if seen[word] or len(word) > 3
    ]
    return examples + added


def augment(
    examples: list[Example], data: Path, seed: int, *, soft_labels: bool = True
) -> list[Example]:
    """Return the examples with all additional training texts.

    ``soft_labels=False`` leaves out soft labels and excerpts: the teachers saw every set.
    """
    lexicon = Lexicon.read(data / LEXICON)
    more = add_templated_sentences(examples, seed)
    if soft_labels:
        more = add_soft_labels(more, seed)
    return add_single_words(add_disguised_copies(more, lexicon.profane, seed), lexicon, seed)
