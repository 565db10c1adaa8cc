"""What to do when two transactions want the same rows: try again, or say that it is busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from moderation.platform.errors import Busy

Result = TypeVar("Result")

TRIES = 3
# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE = "40001", "40P01", "55P03"


def with_retries(act: Callable[[], Result], *, one_statement: bool = False) -> Result:
    """Run `act` in a transaction; run it again when PostgreSQL gave up one of two rivals.

    An `act` of `one_statement` is a transaction by itself, outside of any other: that saves two
    trips to the database.

    At most `TRIES` times, and once only inside a caller's transaction, which is lost then anyway.
    Raises Busy when somebody holds a row for longer than lock_timeout.
    """
    nested = connection.in_atomic_block
    tries = 1 if nested else TRIES
    for attempt in range(1, tries + 1):
        try:
            with nullcontext() if one_statement and not nested else transaction.atomic():
                return act()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", "")
            if state == LOCK_NOT_AVAILABLE:
                raise Busy("Somebody else is working on this right now.") from error
            if state not in (SERIALIZATION_FAILURE, DEADLOCK) or attempt == tries:
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
    raise AssertionError("unreachable")
