"""Statements of the hot path: psycopg runs them, prepared, on Django's own connection.

Django's cursor checks the connection once per request and binds parameters in the client. Here
the statement itself is the check: `fetch` replaces a broken connection and sends the statement
again. That is safe, because every statement of the hot path can be repeated.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from moderation.platform.errors import Unavailable

PREPARE_AFTER = 2
ANSWER_SECONDS = 5.0
# The server does not accept a prepared statement any more (a migration, a pooler).
STALE = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)


class NoAnswer(psycopg.OperationalError):
    """The database has the statement and does not answer."""


def in_transaction() -> bool:
    """Whether this thread is inside a transaction: others see its rows only after the commit."""
    return connection.in_atomic_block


def fetch(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement, in a transaction of its own unless there is one; return its rows.

    Raises Unavailable when the database does not answer, and psycopg.Error for what it refuses.
    """
    if connection.in_atomic_block:
        with transaction.atomic():  # a refused statement must not abort the caller's transaction
            return _fetch(statement, values)
    for attempt in (1, 2):
        try:
            return _fetch(statement, values)
        except (psycopg.OperationalError, psycopg.InterfaceError, *STALE) as error:
            raw = connection.connection
            lost = raw is None or raw.closed or isinstance(error, STALE)
            if lost:
                connection.close()
            if not lost or attempt == 2 or isinstance(error, NoAnswer):
                raise _refusal(error) from error
    raise AssertionError("unreachable")


def _refusal(error: psycopg.Error) -> Exception:
    if isinstance(error, psycopg.errors.DeadlockDetected):
        return error
    return Unavailable(_("The database does not answer. Nothing was stored. Send it again."))


def _fetch(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    if connection.connection is None:
        try:
            connection.ensure_connection()
        except Exception as error:
            raise psycopg.OperationalError("no connection") from error
    raw = connection.connection
    if raw.prepare_threshold is None and settings.DATABASE_PREPARED_STATEMENTS:
        raw.prepare_threshold = PREPARE_AFTER
    cursor = psycopg.Cursor(raw)
    # A database that hangs sends nothing, not even its own time-out, so the wait needs an end.
    started = time.monotonic()
    raw.wait = functools.partial(type(raw).wait, raw, timeout=ANSWER_SECONDS)
    try:
        cursor.execute(statement, values)
        return cursor.fetchall()
    except psycopg.OperationalError:
        if time.monotonic() - started >= ANSWER_SECONDS:
            raw.close()  # a late answer would look like the answer to the next statement
            raise NoAnswer from None
        raise
    finally:
        del raw.wait
        cursor.close()
