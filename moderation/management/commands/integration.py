"""Manage a site's integrations with other systems: queueing, trusted labels, secrets."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.models import ApiKey, IntegrationSecret, Site


class Command(BaseCommand):
    """`manage.py integration SITE list|queue|trust|forget|secret|close`."""

    help = "Queue the comments that other systems score; trust their labels; store their secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare one action per verb."""
        parser.add_argument("site", help="the site's short name")
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="show the settings, and the suggested labels by key")
        queue = actions.add_parser("queue", help="put scored comments into the review queue, too")
        queue.add_argument("state", choices=["on", "off"])
        trust = actions.add_parser("trust", help="set how much the labels of a key count")
        trust.add_argument("key", help="the key's name or the start of it")
        trust.add_argument("weight", type=float, help="0 (quarantine) to 1 (as much as a decision)")
        forget = actions.add_parser("forget", help="delete the labels of a key")
        forget.add_argument("key", help="the key's name or the start of it")
        secret = actions.add_parser("secret", help="read a signing secret from standard input")
        close = actions.add_parser("close", help="delete the signing secrets of a purpose")
        for action in (secret, close):
            action.add_argument("purpose", choices=IntegrationSecret.Purpose.values)

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one action; an error is one sentence."""
        from moderation.platform.errors import ModerationError

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site “{options['site']}”.")
        try:
            getattr(self, options["action"])(site, options)
        except ModerationError as error:
            raise CommandError(str(error)) from None

    def list(self, site: Site, _: dict[str, Any]) -> None:
        """Print the settings and the number of labels by key."""
        from moderation.learning.suggestions import counts_by_key

        queued = "scored and queued for review" if site.queues_integrations else "scored only"
        self.stdout.write(f"Comments from other systems are {queued}.")
        for key in counts_by_key(site):
            trusted = f"weight {key.label_weight:g}" if key.label_weight else "in quarantine"
            self.stdout.write(
                f"{key.prefix}…  {key.name}  {key.suggested} labels, {key.rejected} to reject, "
                f"the newest {key.newest:%Y-%m-%d}: {trusted}"
            )

    def queue(self, site: Site, options: dict[str, Any]) -> None:
        """Switch queueing on or off."""
        Site.objects.filter(pk=site.pk).update(queues_integrations=options["state"] == "on")
        self.list(Site.objects.get(pk=site.pk), options)

    def trust(self, site: Site, options: dict[str, Any]) -> None:
        """Set how much a key's labels count."""
        from moderation.learning.suggestions import trust

        trust(self._key(site, options), options["weight"])
        self.list(site, options)

    def forget(self, site: Site, options: dict[str, Any]) -> None:
        """Delete a key's labels."""
        from moderation.learning.suggestions import forget_suggestions

        count = forget_suggestions(self._key(site, options))
        self.stdout.write(f"{count} labels deleted.")

    def secret(self, site: Site, options: dict[str, Any]) -> None:
        """Store the other system's secret, read from standard input: others can read arguments."""
        from moderation.integrations.secrets import add_secret

        add_secret(site, options["purpose"], sys.stdin.readline().strip())
        self.stdout.write(f"{options['purpose']} accepts this secret and the one before it.")

    def close(self, site: Site, options: dict[str, Any]) -> None:
        """Delete a purpose's secrets."""
        from moderation.integrations.secrets import forget_secrets

        count = forget_secrets(site, options["purpose"])
        self.stdout.write(f"{options['purpose']} accepts no secret now ({count} secrets deleted).")

    def _key(self, site: Site, options: dict[str, Any]) -> ApiKey:
        from moderation.learning.suggestions import find_key

        return find_key(site, options["key"])
