"""Make the demo: a paper with stories, comments of every kind, and moderators."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py demo`: prints nothing when there is nothing to do."""

    help = "Fill an empty database with the demo site; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option to add the demo to other sites."""
        parser.add_argument(
            "--force", action="store_true", help="make the demo even if there are other sites"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the demo; one line on standard output when something was made."""
        from moderation.importing.demo import make_demo
        from moderation.platform.errors import ModerationError

        try:
            made = make_demo(force=options["force"])
        except ModerationError as error:
            raise CommandError(str(error)) from None
        if made and options["verbosity"] > 1:
            self.stdout.write("The demo site is ready.")
