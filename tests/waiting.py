"""Waiting for something that another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

# A test that passes returns much earlier; a busy machine may need this long.
PATIENCE_SECONDS = 60.0


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Tell whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
