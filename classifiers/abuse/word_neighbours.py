"""Finds the words near marked words of the same text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


def near_marked(marks: Marks, text_ids: NDArray[np.int32], before: int, after: int) -> Marks:
    """Say which words are near a marked word of the same text.

    Parameters
    ----------
    marks : array of bool (words,)
    text_ids : array of int32 (words,)
    before, after : int
        Number of places before and after a marked word that count as near.

    Returns
    -------
    array of bool (words,)
    """
    found = np.zeros(len(marks), dtype=bool)
    marked = marks.nonzero()[0]
    if len(marked):
        steps = np.array([*range(-before, 0), *range(1, after + 1)])
        # Every place around every marked word: (marked * steps,). A text's edge ends the reach.
        places, origins = (marked[:, None] + steps).ravel(), marked.repeat(len(steps))
        inside = (places >= 0) & (places < len(marks))
        # Every place around every marked word: (marked * steps,). A text's edge ends the reach.
        places, origins = places[inside], origins[inside]
        found[places[text_ids[places] == text_ids[origins]]] = True
    return found
