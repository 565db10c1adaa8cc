"""List the classifier versions of sites; promote a version, or roll back to the former one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

ACTS = ("list", "promote", "rollback")


class Command(BaseCommand):
    """`manage.py classifiers [SITE]`, `… rollback SITE`, `… promote SITE NAME [--force]`."""

    help = "List classifier versions with their figures; roll back, or promote by hand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the words: an act and its site or version."""
        parser.add_argument(
            "words",
            nargs="*",
            metavar="WORD",
            help="[SITE] | rollback SITE | promote SITE NAME (“list SITE” where a site has one of "
            "these names)",
        )
        parser.add_argument(
            "--force", action="store_true", help="promote a version that the gate rejected, too"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Run an act; exit status 1 and the reason when it fails."""
        from moderation.platform.errors import ModerationError

        words = list(options["words"])
        act = words.pop(0) if words and words[0] in ACTS else "list"
        expected = {"list": (0, 1), "promote": (2,), "rollback": (1,)}[act]
        if len(words) not in expected:
            raise CommandError("Give [SITE], or rollback SITE, or promote SITE NAME.")
        try:
            if act == "list":
                self._list(*words)
            elif act == "rollback":
                self._roll_back(*words)
            else:
                self._promote(*words, force=options["force"])
        except ModerationError as error:
            raise CommandError(error.message) from error

    def _list(self, slug: str = "") -> None:
        from moderation.learning.report import list_in_words
        from moderation.models import Site

        sites = [self._site(slug)] if slug else list(Site.objects.order_by("slug"))
        for site in sites:
            self.stdout.write(list_in_words(site))

    def _roll_back(self, slug: str) -> None:
        from moderation.learning.promote import roll_back

        site = self._site(slug)
        former = roll_back(site)
        serving = former.name if former else "the bundled classifier alone"
        self.stdout.write(f"{site.name} is rolled back: {serving} serves from now on.")

    def _promote(self, slug: str, name: str, *, force: bool) -> None:
        from moderation.learning.promote import promote
        from moderation.models import ClassifierVersion

        site = self._site(slug)
        version = ClassifierVersion.objects.filter(site=site, name=name).first()
        if version is None:
            raise CommandError(f"{site.name} has no classifier version “{name}”.")
        promote(version, force=force, why="Promoted by command.")
        self.stdout.write(f"{version.name} is live for {site.name}.")

    def _site(self, slug: str) -> Any:
        from moderation.models import Site

        site = Site.objects.filter(slug=slug).first()
        if site is None:
            raise CommandError(f"There is no site “{slug}”.")
        return site
