"""The secrets with which other systems sign their requests: encrypted, two during a rotation.

Coral makes the secrets itself and signs with each active one: `X-Coral-Signature: sha256=<hex>`
has an HMAC-SHA256 of the raw body per secret, separated by commas. The key is the whole secret
with its prefix (`empsec_…`, `whsec_…`), not decoded.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from moderation.models import IntegrationSecret, Site
from moderation.platform.errors import Invalid
from moderation.webhooks.endpoints import encrypt, plain_secrets

SIGNATURE_START = "sha256="
MOST_SIGNATURES = 5
KEPT = 2
SHORTEST, LONGEST = 16, 200


def add_secret(site: Site, purpose: str, secret: str) -> None:
    """Store a secret that another system shows; only the last two are kept."""
    if not (SHORTEST <= len(secret) <= LONGEST and secret.isascii() and secret.isprintable()):
        raise Invalid(
            f"A secret has {SHORTEST}-{LONGEST} visible letters, such as empsec_….", field="secret"
        )
    IntegrationSecret.objects.create(site=site, purpose=purpose, secret=encrypt(secret))
    rows = IntegrationSecret.objects.filter(site=site, purpose=purpose)
    rows.exclude(pk__in=rows.order_by("-pk").values("pk")[:KEPT]).delete()


def forget_secrets(site: Site, purpose: str) -> int:
    """Delete the secrets of a purpose and return how many: no request is accepted without one."""
    deleted, _ = IntegrationSecret.objects.filter(site=site, purpose=purpose).delete()
    return deleted


def signer_of(slug: str, purpose: str, raw: bytes, header: str) -> Site | None:
    """Return the site that `raw` was signed for; None when no signature matches.

    The caller cannot tell apart a missing site, a site without a secret and a wrong signature.
    """
    rows = IntegrationSecret.objects.filter(site__slug=slug, purpose=purpose).select_related("site")
    signatures = [part.strip() for part in header.split(",")[:MOST_SIGNATURES]]
    for row in rows:
        if _fits(raw, signatures, plain_secrets([row.secret])[0]):
            return row.site
    return None


def _fits(raw: bytes, signatures: Iterable[str], secret: str) -> bool:
    wanted = SIGNATURE_START + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(sent.encode(), wanted.encode()) for sent in signatures)
