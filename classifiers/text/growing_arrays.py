"""Arrays that grow at their end, alone or as the columns of one table."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


class Growing(Generic[Number]):
    """An array that grows at its end. Views of earlier values stay valid and unchanged.

    Parameters
    ----------
    dtype : type
    *width : int
        Shape of one row; a single number by default.
    """

    def __init__(self, dtype: type[Number], *width: int) -> None:
        self._buffer: NDArray[Number] = np.zeros((64, *width), dtype=dtype)
        self.size = 0

    @property
    def values(self) -> NDArray[Number]:
        """Return a view of the rows so far, shape (size, *width)."""
        return self._buffer[: self.size]

    def extend(self, more: NDArray[Any]) -> None:
        """Add rows at the end."""
        needed = self.size + len(more)
        if needed > len(self._buffer):
            # Twice the size, so that adding row by row stays linear; old views keep the old buffer.
            larger = np.zeros((2 * needed, *self._buffer.shape[1:]), dtype=self._buffer.dtype)
            larger[: self.size] = self.values
            self._buffer = larger
        self._buffer[self.size : needed] = more
        self.size = needed


def extend_together(*columns: tuple[Growing[Any], NDArray[Any]]) -> None:
    """Add the same number of rows to parallel columns, given as (column, rows).

    Raises
    ------
    ValueError
        When the numbers of rows differ; then no column has changed.
    """
    if len({len(rows) for _, rows in columns}) > 1:
        raise ValueError("the columns of one table get different numbers of rows")
    for column, rows in columns:
        column.extend(rows)
