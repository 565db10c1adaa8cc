"""Make a moderator, or change a moderator's role."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py create_moderator daily mona@example.org --role editor`."""

    help = "Give a person a role on a site; prints a link where a new person sets a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the site, the person and the role."""
        from moderation.models import Role

        parser.add_argument("site", help="the site's short name")
        parser.add_argument("email", help="the person's e-mail address, which is also the login")
        parser.add_argument("--role", choices=Role.values, default=Role.MODERATOR)
        parser.add_argument("--name", default="", help="the name that colleagues see")
        parser.add_argument(
            "--link", action="store_true", help="print a link for an existing account, too"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the moderator, or print the reason why not."""
        from moderation.accounts.invitations import create_moderator, password_link
        from moderation.models import Role, Site
        from moderation.platform.errors import ModerationError

        site = Site.objects.filter(slug=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}: make it with create_site.")
        try:
            made = create_moderator(
                site, email=options["email"], role=Role(options["role"]), name=options["name"]
            )
        except ModerationError as error:
            raise CommandError(error.message) from None
        user = made.moderator.user
        label = Role(made.moderator.role).label.lower()
        self.stdout.write(f"{user.email} is {label} of {site.name}.")
        if made.created or options["link"]:
            self.stdout.write("This link sets a password. It works once, for three days:")
            self.stdout.write(password_link(user))
