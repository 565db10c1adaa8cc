"""What a call costs, in processor time: other processes on the machine do not change it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def processor_seconds(call: Callable[[], object]) -> float:
    """Return the processor time that this thread needs for the call, garbage collection aside."""
    gc.collect()
    gc.disable()
    try:
        begun = time.thread_time()
        call()
        return time.thread_time() - begun
    finally:
        gc.enable()
