"""Manage a site's webhooks and their deliveries."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q, QuerySet

from moderation.models import Delivery, Site, WebhookEndpoint


class Command(BaseCommand):
    """`manage.py webhook add|list|rotate|retire|enable|remove|resend`."""

    help = "Add, list, rotate, enable and remove webhooks, and send dead deliveries again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare one action per verb."""
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="add a URL; prints its secret once")
        add.add_argument("url")
        add.add_argument("--site", required=True, help="the site's short name")
        add.add_argument("--event", action="append", default=[], help="only this event (repeat)")
        listing = actions.add_parser(
            "list", help="list webhooks with their due and dead deliveries"
        )
        listing.add_argument("--site")
        for name, text in (
            ("rotate", "make a second secret; prints it once"),
            ("retire", "delete the former secret after a rotation"),
            ("enable", "send decisions to a disabled webhook again"),
            ("remove", "remove a webhook with its deliveries"),
        ):
            actions.add_parser(name, help=text).add_argument("webhook", type=int)
        resend = actions.add_parser("resend", help="send dead deliveries again")
        resend.add_argument("webhook", type=int)
        resend.add_argument("--comment", help="only this comment's, dead or sent")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one action; an error is one sentence."""
        from moderation.platform.errors import ModerationError

        try:
            getattr(self, options["action"])(options)
        except ModerationError as error:
            raise CommandError(str(error)) from None

    def add(self, options: dict[str, Any]) -> None:
        """Add a webhook."""
        from moderation.webhooks.endpoints import add_endpoint

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site “{options['site']}”.")
        endpoint, secret = add_endpoint(site, url=options["url"], events=options["event"])
        self.stdout.write(f"Webhook {endpoint.pk} added. Its secret, shown only now:\n{secret}")

    def list(self, options: dict[str, Any]) -> None:
        """List webhooks with the number of due and dead deliveries."""
        endpoints = WebhookEndpoint.objects.select_related("site").order_by("site__slug", "pk")
        if options["site"]:
            endpoints = endpoints.filter(site__slug=options["site"])
        for endpoint in endpoints.annotate(
            due=Count("deliveries", filter=Q(deliveries__state=Delivery.State.DUE)),
            dead=Count("deliveries", filter=Q(deliveries__state=Delivery.State.DEAD)),
        ):
            counts = f"{endpoint.due} due, {endpoint.dead} dead"
            disabled = f", disabled: {endpoint.disabled_reason}" if endpoint.disabled_at else ""
            self.stdout.write(
                f"{endpoint.pk}  {endpoint.site.slug}  {endpoint.url}  {counts}{disabled}"
            )

    def rotate(self, options: dict[str, Any]) -> None:
        """Make a second secret."""
        from moderation.webhooks.endpoints import rotate_secret

        secret = rotate_secret(self.endpoint(options))
        self.stdout.write(f"The new secret, shown only now:\n{secret}")
        self.stdout.write("Both secrets sign until you run `webhook retire`.")

    def retire(self, options: dict[str, Any]) -> None:
        """Delete the former secret."""
        from moderation.webhooks.endpoints import retire_secret

        retire_secret(self.endpoint(options))
        self.stdout.write("Only the newest secret signs from now on.")

    def enable(self, options: dict[str, Any]) -> None:
        """Enable a disabled webhook."""
        from moderation.webhooks.endpoints import enable_endpoint

        enable_endpoint(self.endpoint(options))
        self.stdout.write("Enabled. `webhook resend` sends the dead deliveries.")

    def remove(self, options: dict[str, Any]) -> None:
        """Remove a webhook."""
        from moderation.webhooks.endpoints import remove_endpoint

        remove_endpoint(self.endpoint(options))
        self.stdout.write("Removed.")

    def resend(self, options: dict[str, Any]) -> None:
        """Make dead deliveries due again."""
        from moderation.webhooks.deliveries import resend

        wanted: QuerySet[Delivery] = Delivery.objects.filter(endpoint=self.endpoint(options))
        if options["comment"]:
            wanted = wanted.filter(
                decision__comment__external_id=options["comment"],
                state__in=[Delivery.State.DEAD, Delivery.State.SENT],
            )
        else:
            wanted = wanted.filter(state=Delivery.State.DEAD)
        count = 0
        for delivery in wanted.order_by("pk").iterator():
            resend(delivery)
            count += 1
        self.stdout.write(f"{count} deliveries are due again.")

    def endpoint(self, options: dict[str, Any]) -> WebhookEndpoint:
        """Return the webhook with the given number."""
        endpoint = WebhookEndpoint.objects.filter(pk=options["webhook"]).first()
        if endpoint is None:
            raise CommandError(f"There is no webhook {options['webhook']}; see `webhook list`.")
        return endpoint
