"""Moderators' accounts and roles: creates them, links to the password page, notes presence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now
from django.urls import reverse

from moderation.models import Moderator, Role, Site
from moderation.platform.errors import Conflict, Invalid

# Reviewing abuse is tiring. A pause this long begins a new sitting; the pages suggest a rest after
# each of these times.
PAUSE = timedelta(minutes=10)
RESTS = (timedelta(minutes=50), timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class NewModerator:
    """A person's role; `created` tells whether the account is new."""

    moderator: Moderator
    created: bool


def create_moderator(site: Site, *, email: str, role: Role, name: str = "") -> NewModerator:
    """Give a person a role on a site; create an account for a new address.

    A moderator of the site gets the new role. A new account has no password: `password_link` lets
    its owner set one. Raises Invalid, Conflict.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(f"{email[:100]} is not an e-mail address.", field="email") from error
    users = get_user_model().objects
    with transaction.atomic():
        accounts = list(users.filter(email__iexact=email) | users.filter(username=email))
        if len(accounts) > 1:
            raise Conflict(f"Several accounts have the address {email}.")
        user = accounts[0] if accounts else users.create_user(email, email, first_name=name[:150])
        moderator, _ = Moderator.objects.update_or_create(
            user=user, site=site, defaults={"role": role}
        )
    return NewModerator(moderator, created=not accounts)


def password_link(user: User) -> str:
    """Return a link to set a password, valid once and within PASSWORD_RESET_TIMEOUT."""
    parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=parts)}"


def note_presence(moderator: Moderator) -> timedelta | None:
    """Note that the person has the review pages open now.

    Returns the time of RESTS that they have just reached without a PAUSE, or None.
    """
    seen, since = moderator.seen_at, moderator.sitting_since
    same_sitting = When(seen_at__gt=Now() - PAUSE, then=F("sitting_since"))
    Moderator.objects.filter(pk=moderator.pk).update(
        sitting_since=Case(same_sitting, default=Now()), seen_at=Now()
    )
    moderator.refresh_from_db(fields=["seen_at", "sitting_since"])
    if seen is None or since is None or since != moderator.sitting_since:
        return None
    assert moderator.seen_at is not None
    sat = moderator.seen_at - since
    return next((rest for rest in RESTS if seen - since < rest <= sat), None)
