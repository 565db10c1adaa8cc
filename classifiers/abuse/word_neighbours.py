"""Which words stand near marked ones in the same text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


def near_marked(marks: Marks, text_ids: NDArray[np.int32], before: int, after: int) -> Marks:
    """Say which words stand up to so many places before or after a marked one, in the same text."""
    found = np.zeros(len(marks), dtype=bool)
    marked = marks.nonzero()[0]
    if len(marked):
        steps = np.array([*range(-before, 0), *range(1, after + 1)])
        places, origins = (marked[:, None] + steps).ravel(), marked.repeat(len(steps))
        inside = (places >= 0) & (places < len(marks))
        places, origins = places[inside], origins[inside]
        found[places[text_ids[places] == text_ids[origins]]] = True
    return found
