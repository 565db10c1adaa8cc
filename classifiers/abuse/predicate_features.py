"""Hashes predicates about a group of people or "you": by kinds of words, not single words.

Each single word is rare near the name of a group. Here the words of one kind ("despise", "loathe",
…) share their features. A feature combines the kind with target and manner: of whom, denied,
demanded, in the past, in the first person, quoted or reported. Like those of
`classifiers.abuse.context_features`, each feature belongs to one word.
"""

from __future__ import annotations

import numpy as np

from classifiers.abuse.word_neighbours import Marks, near_marked
from classifiers.text.hashing import Numbers, edges_of, rows_of
from classifiers.text.tokens import Words
from classifiers.text.word_classes import (
    ADDRESSES,
    DEMANDS,
    DENIES,
    GROUP,
    HAPPENED,
    PREDICATES,
    REPORTS,
    SPEAKS,
)

GROUP_REACH, PERSON_REACH, REPORT_REACH = 8, 4, 12
PREDICATE_SALT = 0x27D4EB2F
COARSE = 1 << 16
"""Offset that keeps features without manner apart from those with it."""


def predicate_features(words: Words, quoted: Numbers) -> tuple[Numbers, Numbers]:
    """Return two features for each word of a kind: with its manner and without.

    Parameters
    ----------
    words : Words
    quoted : array of int64
        Places of the words between quotation marks.

    Returns
    -------
    rows, owners : arrays of int64 (features,)
        Row of the weight table, and word that the feature belongs to.
    """
    classes = words.classes
    places = np.flatnonzero(classes >= PREDICATES)
    sizes = np.bincount(words.text_ids, minlength=words.count)
    begins = edges_of(sizes)[words.text_ids[places]]

    def near(marks: Marks, before: int, after: int) -> Marks:
        """Say which have a marked word up to ``before`` places before, or ``after`` after."""
        return near_marked(marks, words.text_ids, before=after, after=before)[places]

    of_group = near(classes == GROUP, GROUP_REACH, GROUP_REACH)
    to_you = near(classes == ADDRESSES, PERSON_REACH, PERSON_REACH)
    reported = near(classes == REPORTS, REPORT_REACH, REPORT_REACH) | np.isin(places, quoted)
    demanded, spoken = near(classes == DEMANDS, 4, 0), near(classes == SPEAKS, 3, 0)
    manner = np.select(
        [
            near(classes == DENIES, 4, 0),
            demanded & spoken,
            demanded,
            near(classes == HAPPENED, 2, 0),
            spoken,
            places - begins < 2,
        ],
        [1, 2, 3, 4, 5, 6],
    )
    # One integer per word: kind, target (2 bits), reported (1 bit); then manner (3 bits).
    coarse = (classes[places].astype(np.int64) * 4 + 2 * of_group + to_you) * 2 + reported
    rows = [
        rows_of(key.astype(np.uint64), PREDICATE_SALT)
        for key in (coarse * 8 + manner, coarse + COARSE)
    ]
    return np.concatenate(rows), np.concatenate((places, places))
