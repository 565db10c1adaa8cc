"""A site's webhook endpoints and their signing secrets."""

from __future__ import annotations

import base64
import secrets as randomness
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from moderation.decisions.outbox import ALL_EVENTS
from moderation.models import Site, WebhookEndpoint
from moderation.platform.errors import Conflict, Invalid
from moderation.webhooks.http_client import check_destination
from moderation.webhooks.ssrf import OutboundRefused

SECRET_PREFIX = "whsec_"
# Standard Webhooks asks for 24 to 64 bytes.
SECRET_BYTES = 32
MAXIMUM_ENDPOINTS = 50


def add_endpoint(
    site: Site, *, url: str, events: Iterable[str] = ()
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint for the site's decisions; return it and its secret, which is shown once.

    `events` are names of `outbox.ALL_EVENTS`; none means all. Raises `Invalid` for a URL that may
    not be called and for an unknown event, `Conflict` when the site has the URL already.
    """
    chosen = list(dict.fromkeys(events))
    unknown = [event for event in chosen if event not in ALL_EVENTS]
    if unknown:
        raise Invalid(
            f"Unknown event “{unknown[0]}”. The events are {', '.join(ALL_EVENTS)}.", field="events"
        )
    try:
        check_destination(url)
    except OutboundRefused as error:
        raise Invalid(str(error), field="url") from None
    existing = WebhookEndpoint.objects.filter(site=site)
    if existing.filter(url=url).exists():
        raise Conflict("This site already has a webhook with this URL.", field="url")
    if existing.count() >= MAXIMUM_ENDPOINTS:
        raise Invalid(f"A site can have {MAXIMUM_ENDPOINTS} webhooks.", limit=MAXIMUM_ENDPOINTS)
    plain = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        site=site, url=url, events=chosen, secrets=[encrypt(plain)]
    )
    return endpoint, plain


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Give the endpoint a second secret and return it, shown once.

    Every delivery then carries two signatures, by the new and the former secret, until
    `retire_secret`. Rotating again replaces the oldest.
    """
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    plain = new_secret()
    locked.secrets = [encrypt(plain), *locked.secrets[:1]]
    locked.save(update_fields=["secrets"])
    return plain


@transaction.atomic
def retire_secret(endpoint: WebhookEndpoint) -> None:
    """Delete the former secret after a rotation; raises `Conflict` when there is none."""
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if len(locked.secrets) < 2:
        raise Conflict("There is no former secret to retire.")
    locked.secrets = locked.secrets[:1]
    locked.save(update_fields=["secrets"])


def remove_endpoint(endpoint: WebhookEndpoint) -> None:
    """Remove the endpoint and its deliveries."""
    endpoint.delete()


def disable_endpoint(endpoint_pk: int, *, reason: str) -> None:
    """Send an endpoint nothing more, for `reason` (shown to people)."""
    WebhookEndpoint.objects.filter(pk=endpoint_pk, disabled_at__isnull=True).update(
        disabled_at=Now(), disabled_reason=reason[:200]
    )


def enable_endpoint(endpoint: WebhookEndpoint) -> None:
    """Send a disabled endpoint decisions again, from now on."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, disabled_reason="")


def plain_secrets(encrypted: Iterable[str]) -> list[str]:
    """Return the secrets of an endpoint in plain, newest first.

    Raises `Invalid` when none can be read: SECRET_KEY changed and the former one is not in
    SECRET_KEY_FALLBACKS.
    """
    cipher = keyring(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    plain = []
    for token in encrypted:
        try:
            plain.append(cipher.decrypt(token.encode()).decode())
        except InvalidToken:
            continue
    if not plain:
        raise Invalid("The secret cannot be read with this SECRET_KEY; rotate it.")
    return plain


def new_secret() -> str:
    """Return a new signing secret as Standard Webhooks writes it: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def encrypt(plain: str) -> str:
    """Return a secret encrypted for the database."""
    cipher = keyring(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return cipher.encrypt(plain.encode()).decode()


@lru_cache(maxsize=8)
def keyring(*keys: str) -> MultiFernet:
    """Return the cipher: encrypts with the first of Django's keys, decrypts with any of them.

    The Fernet key is derived (HKDF-SHA256, RFC 5869), so that it is not Django's signing key.
    """
    return MultiFernet(
        [
            Fernet(
                base64.urlsafe_b64encode(
                    HKDF(
                        algorithm=hashes.SHA256(),
                        length=32,
                        salt=None,
                        info=b"moderato webhook secrets",
                    ).derive(key.encode())
                )
            )
            for key in keys
        ]
    )
