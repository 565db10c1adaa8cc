"""Migrate the database and make the demo data: a step of `up`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from moderation.importing.demo import demo_access

MADE_BEFORE_FIRST_RELEASE = (
    "the database was made by a version before the first release, whose tables had other names; "
    "start with an empty one (make run DATA=another-folder)"
)


class Command(BaseCommand):
    """Prints one JSON object a line: `step` and `seconds`, at the end `access` or `refused`."""

    help = "Applies missing migrations and makes the demo data. Used by `up`."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each step and report it; exit status 1 when the database does not answer."""
        try:
            if made_before_first_release():
                self._report({"refused": MADE_BEFORE_FIRST_RELEASE})
                sys.exit(1)
            self._step(migrate)
            self._step(make_demo)
            self._report({"access": demo_access()})
        except OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            self._report({"refused": f"the database (DATABASE_URL) cannot be used: {reason}"})
            sys.exit(1)

    def _step(self, step: Callable[[], str]) -> None:
        begun = time.monotonic()
        done = step()
        self._report({"step": done, "seconds": time.monotonic() - begun})

    def _report(self, report: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(report))
        self.stdout.flush()


def made_before_first_release() -> bool:
    """Tell whether the database has the tables of a version before the first release."""
    applied = MigrationRecorder(connection).applied_migrations()
    return ("moderation", "0002_append_only") in applied


def migrate() -> str:
    """Apply missing migrations; return the line that reports them."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return "Database: up to date"
    call_command("migrate", interactive=False, verbosity=0)
    return f"Database: {len(missing)} migrations applied"


def make_demo() -> str:
    """Make the missing demo data."""
    call_command("demo")
    return "Demo data"
