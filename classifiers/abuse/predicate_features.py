"""What is said of a group of people, or to "you": by kinds of words rather than single ones.

Few texts show any one word near the name of a group. Here the words of one kind ("despise",
"loathe", …) share their features, each with how it is said: of whom, denied, demanded, in the
past, in the first person, quoted or reported. Like `classifiers.abuse.context_features` they belong
to the one word.
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
"""Sets the features that leave out how it is said apart from the others."""


def predicate_features(words: Words, quoted: Numbers) -> tuple[Numbers, Numbers]:
    """Return (row numbers, word numbers) of two features for each word of a kind.

    ``quoted`` are the words between quotation marks.
    """
    classes = words.classes
    places = np.flatnonzero(classes >= PREDICATES)
    sizes = np.bincount(words.text_ids, minlength=words.count)
    begins = edges_of(sizes)[words.text_ids[places]]

    def near(marks: Marks, before: int, after: int) -> Marks:
        """Say whether a marked word stands so far before or after: the view from the other end."""
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
    coarse = (classes[places].astype(np.int64) * 4 + 2 * of_group + to_you) * 2 + reported
    rows = [
        rows_of(key.astype(np.uint64), PREDICATE_SALT)
        for key in (coarse * 8 + manner, coarse + COARSE)
    ]
    return np.concatenate(rows), np.concatenate((places, places))
