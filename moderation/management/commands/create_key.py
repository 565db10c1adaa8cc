"""Make an API key for a site."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py create_key daily --name cms --scope submit --scope read`."""

    help = "Make an API key and print it, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the site, the key's name, its scopes and its lifetime."""
        parser.add_argument("site", help="the site's short name")
        parser.add_argument("--name", default="key", help="tells people what the key is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=["submit", "read", "decide", "score"],
            help="a scope of the key; repeat it for more (default: submit and read)",
        )
        parser.add_argument(
            "--host-label", action="store_true", help="without capitals, for KEY.host (Akismet)"
        )
        parser.add_argument("--days", type=int, help="the key expires after this many days")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the key and print it; it cannot be shown again."""
        from moderation.accounts.api_keys import create_key
        from moderation.models import Site

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        expires_at = None
        if options["days"] is not None:
            expires_at = datetime.now(UTC) + timedelta(days=options["days"])
        _row, plain = create_key(
            site,
            name=options["name"],
            scopes=options["scope"] or ["submit", "read"],
            expires_at=expires_at,
            host_label=options["host_label"],
        )
        self.stderr.write(
            "Keep this key. Moderato stores only its digest and cannot show it again."
        )
        self.stdout.write(plain)
