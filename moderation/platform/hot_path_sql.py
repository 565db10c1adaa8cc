"""Statements on the hot path: straight to psycopg, prepared, on Django's own connection.

Django's cursor asks the server for its health once per request and binds parameters in the
client. Here the statement itself is the health check: a connection found broken is replaced and
the statement sent once more, which is safe because every statement sent from here may be repeated.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from moderation.platform.errors import Unavailable

PREPARE_AFTER = 2
ANSWER_SECONDS = 5.0
# The server may have changed its mind about a prepared statement (a migration, a pooler).
STALE = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)


class NoAnswer(psycopg.OperationalError):
    """The database has the statement and says nothing."""


def in_transaction() -> bool:
    """Whether this thread is inside a transaction, which alone may tell what has happened."""
    return connection.in_atomic_block


def fetch(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement, in a transaction of its own unless there is one; return its rows.

    Raises Unavailable when the database does not answer, and psycopg.Error for what it refuses.
    """
    if connection.in_atomic_block:
        with transaction.atomic():  # a refused statement must not end the caller's transaction
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
                raise _in_words(error) from error
    raise AssertionError("unreachable")


def _in_words(error: psycopg.Error) -> Exception:
    if isinstance(error, psycopg.errors.DeadlockDetected):
        return error
    return Unavailable("The database does not answer; nothing was stored. Send it again.")


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
    # A database that hangs sends nothing, not even its own time-out: we do not wait for ever.
    started = time.monotonic()
    raw.wait = functools.partial(type(raw).wait, raw, timeout=ANSWER_SECONDS)
    try:
        cursor.execute(statement, values)
        return cursor.fetchall()
    except psycopg.OperationalError:
        if time.monotonic() - started >= ANSWER_SECONDS:
            raw.close()  # the answer may still come, and would be taken for the next one's
            raise NoAnswer from None
        raise
    finally:
        del raw.wait
        cursor.close()
