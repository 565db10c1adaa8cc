"""Erase an author: the text of every comment, the name, the flags."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py erase_author daily ravi`."""

    help = "Erase every comment of an author, and the author."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the site and the publisher's id of the author."""
        parser.add_argument("site", help="the site's short name")
        parser.add_argument("author_id", help="the publisher's id of the author")

    def handle(self, *_: Any, **options: Any) -> None:
        """Erase the author and print the number of comments."""
        from moderation.intake.erase import erase_author
        from moderation.models import Author, Site

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        if not Author.objects.filter(site=site, external_id=options["author_id"]).exists():
            raise CommandError(f"{site.name} knows no author with this id.")
        count = erase_author(site, options["author_id"])
        self.stdout.write(f"Erased: {count:,} comment{'s' if count != 1 else ''} and the author.")
