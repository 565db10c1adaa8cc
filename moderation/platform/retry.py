"""Repeats a transaction that lost against another one, or refuses it as busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from moderation.platform.errors import Busy

Result = TypeVar("Result")

TRIES = 3
# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE = "40001", "40P01", "55P03"


def with_retries(act: Callable[[], Result], *, one_statement: bool = False) -> Result:
    """Run `act` in a transaction; run it again when PostgreSQL aborts it for another one.

    It runs at most `TRIES` times, but once inside a caller's transaction, which is aborted too.
    `one_statement`: outside of other transactions `act` needs no own one, which saves two trips to
    the database. Raises Busy when another transaction holds a row for longer than lock_timeout.
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
                raise Busy(_("Somebody else is changing this now. Try again.")) from error
            if state not in (SERIALIZATION_FAILURE, DEADLOCK) or attempt == tries:
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
    raise AssertionError("unreachable")
