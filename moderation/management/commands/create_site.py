"""Make a site: a publication with its own keys, policy and moderators."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction


class Command(BaseCommand):
    """`manage.py create_site daily "The Daily"`."""

    help = "Make a site with the default policy published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the site's short name and its full name."""
        parser.add_argument("slug", help="short name for addresses: letters, digits, - and _")
        parser.add_argument("name", help="the publication's name as readers know it")
        parser.add_argument(
            "--reader-pages",
            action="store_true",
            help="readers can comment on Moderato's own pages",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the site, or print the reason why not."""
        from django.core.exceptions import ValidationError

        from moderation.models import Site
        from moderation.policy_versions.live import ensure_default

        try:
            validate_slug(options["slug"])
            with transaction.atomic():
                site = Site.objects.create(
                    slug=options["slug"],
                    name=options["name"],
                    reader_pages=options["reader_pages"],
                )
                ensure_default(site)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except IntegrityError as error:
            raise CommandError(f"The site {options['slug']} exists already.") from error
        self.stdout.write(f"{site.name} is ready. Make a key with: create_key {site.slug}")
