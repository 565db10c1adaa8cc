"""Hashes words with their surroundings: denied, quoted, near a group, near "you".

Each is the word together with one class, hashed apart from the plain word, and belongs to that
word alone. So a score stays a sum over words, and "not a liar" can score lower than "a liar".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.predicate_features import predicate_features
from classifiers.abuse.word_neighbours import near_marked
from classifiers.text.hashing import Hashes, Numbers, rows_of
from classifiers.text.tokens import Words
from classifiers.text.word_classes import ADDRESSES, DENIES, GROUP

NEGATION_REACH = 4
PERSON_REACH = 3
GROUP_REACH = 5
SCOPE_SALTS = {
    "denied": 0x3C6EF372,
    "quoted": 0x510E527F,
    "person": 0x1F83D9AB,
    "group": 0x5BE0CD19,
}


def quoted(words: Words) -> Numbers:
    """Return the places of the words between an opening and a closing quotation mark.

    A mark without a closing one has no effect.
    """
    before, in_text = words.quotation_marks()
    return np.flatnonzero((before % 2 == 1) & (before < in_text))


def scope_family(words: Words, hashes: Hashes) -> tuple[Numbers, NDArray[np.int32], Numbers]:
    """Return the features of surroundings, in the order of their words.

    Parameters
    ----------
    words : Words
    hashes : array of uint64 (words,)
        The words' hashes, with the placeholder for groups of people.

    Returns
    -------
    rows : array of int64 (features,)
        Rows of the weight table.
    text_ids : array of int32 (features,)
    owners : array of int64 (features,)
        Word that each feature belongs to.
    """
    classes, text_ids = words.classes, words.text_ids
    denied = near_marked(classes == DENIES, text_ids, 0, NEGATION_REACH)
    to_you = near_marked(classes == ADDRESSES, text_ids, PERSON_REACH, PERSON_REACH)
    of_group = near_marked(classes == GROUP, text_ids, GROUP_REACH, GROUP_REACH)
    found = {
        "denied": np.flatnonzero(denied),
        "quoted": quoted(words),
        "person": np.flatnonzero(to_you),
        "group": np.flatnonzero(of_group),
    }
    predicates, predicate_owners = predicate_features(words, found["quoted"])
    owners = np.concatenate((*found.values(), predicate_owners))
    rows = [rows_of(hashes.take(places), SCOPE_SALTS[name]) for name, places in found.items()]
    rows.append(predicates)
    order = np.argsort(owners, kind="stable")
    return np.concatenate(rows)[order], text_ids[owners[order]], owners[order]
