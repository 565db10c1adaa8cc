"""Train sites from their moderators' decisions now, and report the result."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py train [SITE] [--dry-run]`.

    Exit status 0: trained, rejected by the gate, or in training already; 1: too few labels on the
    named site; 2: an error.
    """

    help = "Train a site's likely_to_reject on its decisions; the gate decides if it goes live."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the site and whether to store the result."""
        parser.add_argument("site", nargs="?", help="the site's short name; all sites without it")
        parser.add_argument(
            "--dry-run", action="store_true", help="report only: store and promote nothing"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Train and print the report."""
        from moderation.learning.report import in_words
        from moderation.learning.train import retrain
        from moderation.models import Site
        from moderation.scoring.site_classifier import UnusableBundle

        sites = list(Site.objects.order_by("slug"))
        if options["site"]:
            sites = [site for site in sites if site.slug == options["site"]]
            if not sites:
                raise CommandError(f"There is no site “{options['site']}”.", returncode=2)
        states = []
        for site in sites:
            self.stdout.write(f"{site.name}: reading decisions, scoring, training …")
            try:
                training = retrain(site, dry_run=options["dry_run"])
            except UnusableBundle as error:
                raise CommandError(
                    f"The bundled classifier cannot be used: {error}", returncode=2
                ) from error
            self.stdout.write(in_words(training, dry_run=options["dry_run"]))
            states.append(training.state)
        if options["site"] and states == ["too_few"]:
            sys.exit(1)
