"""Creates, checks and revokes API keys.

A key is `mk_live_<8 letters>_<32 letters>_<6 letters>`: an id that people may see, 190 random bits,
and a checksum that detects a mistyped key without a query. Moderato stores only the SHA-256 digest,
which is enough for a random key (OWASP ASVS 6.5.2 asks for 112 bits).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from django.db import connection

from moderation.models import ApiKey, Scope, Site
from moderation.platform import hot_path_sql
from moderation.platform.errors import Invalid, Unavailable
from moderation.platform.memo import Memo

logger = logging.getLogger(__name__)

LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_HOST_LETTERS = string.digits + string.ascii_lowercase
FORMAT = re.compile(r"mk_live_([0-9A-Za-z]{8})_[0-9A-Za-z]{32}_([0-9A-Za-z]{6})", re.ASCII)
# A revoked key stops working in every process within this time.
REMEMBERED_SECONDS = 3.0
REMEMBERED_KEYS = 10_000
# The precision of `last_used_at`; a finer one needs a write per request.
USE_NOTED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request: the key's row id, its site and its scopes."""

    key_id: int
    site: Site
    scopes: frozenset[str]
    expires_at: datetime | None

    @property
    def expired(self) -> bool:
        """Whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


def _letters(count: int, letters: str = LETTERS) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))


def _new_key(letters: str) -> str:
    """Return a key of these letters only; try until the checksum fits too."""
    while True:
        start = f"mk_live_{_letters(8, letters)}_{_letters(32, letters)}"
        end = _checksum(start)
        if set(end) <= set(letters):
            return f"{start}_{end}"


def _checksum(start: str) -> str:
    """Return the CRC-32 of the key without its last part, in six base-62 letters."""
    number = zlib.crc32(start.encode("ascii"))
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        letters = LETTERS[digit] + letters
    return letters


def digest_of(plain: str) -> str:
    """Return the digest that is stored for a key."""
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def looks_right(plain: str) -> bool:
    """Whether a text has the form and the checksum of a key; the key can still be unknown."""
    match = FORMAT.fullmatch(plain)
    return match is not None and hmac.compare_digest(match[2], _checksum(plain[:-7]))


def create_key(
    site: Site,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    *,
    host_label: bool = False,
) -> tuple[ApiKey, str]:
    """Create a key of a site; return its row, and the key itself, which is not stored.

    `scopes`: at least one value of `Scope`. `host_label`: a key without capitals, which can be part
    of a host name (165 random bits). Raises Invalid for an unknown scope.
    """
    wanted = list(dict.fromkeys(scopes))
    if not wanted or not set(wanted) <= set(Scope.values):
        raise Invalid(
            "A key has one or more of these scopes: " + ", ".join(Scope.values), field="scopes"
        )
    plain = _new_key(_HOST_LETTERS if host_label else LETTERS)
    row = ApiKey.objects.create(
        site=site,
        name=name,
        prefix=plain[:16],
        digest=digest_of(plain),
        scopes=wanted,
        expires_at=expires_at,
    )
    return row, plain


def revoke_key(key: ApiKey) -> None:
    """Revoke a key, here at once, in other processes within REMEMBERED_SECONDS."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE moderation_apikey SET revoked_at = coalesce(revoked_at, now()) WHERE id = %s",
            [key.pk],
        )
    _callers.forget(key.digest)


_callers: Memo[str, Caller] = Memo(size=REMEMBERED_KEYS, seconds=REMEMBERED_SECONDS)


def authenticate(plain: str) -> Caller | None:
    """Return who calls with this key; None when it is unknown, mistyped, revoked or expired."""
    if FORMAT.fullmatch(plain) is None:
        return None
    digest = digest_of(plain)
    caller = _callers.get(digest)
    if caller is None:
        caller = _look_up(digest) if looks_right(plain) else None
        if caller is None:
            return None
        _callers.set(digest, caller)
    return None if caller.expired else caller


NOTE_USE = """
UPDATE moderation_apikey SET last_used_at = clock_timestamp()
WHERE id = (SELECT id FROM moderation_apikey WHERE id = %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
LOOK_UP = """
SELECT k.id, k.scopes, k.expires_at, k.last_used_at, s.id, s.slug, s.name,
       s.reader_pages, s.queues_integrations
FROM moderation_apikey k JOIN moderation_site s ON s.id = k.site_id
WHERE k.digest = %s AND k.revoked_at IS NULL
"""


def _look_up(digest: str) -> Caller | None:
    """Read the key's caller from the database. Raises Unavailable when it does not answer."""
    rows = hot_path_sql.fetch(LOOK_UP, [digest])
    if not rows:
        return None
    key_id, scopes, expires_at, last_used_at, *site = rows[0]
    _note_use(key_id, last_used_at)
    names = ("id", "slug", "name", "reader_pages", "queues_integrations")
    named = dict(zip(names, site, strict=True))
    return Caller(key_id, Site(**named), frozenset(scopes), expires_at)


def _note_use(key_id: int, last: datetime | None) -> None:
    """Write `last_used_at` when it is old; never wait for another writer."""
    if last is not None and (datetime.now(UTC) - last).total_seconds() < USE_NOTED_SECONDS:
        return
    try:
        hot_path_sql.fetch(NOTE_USE, [key_id])
    except (psycopg.Error, Unavailable) as error:
        # With a read-only or full database, callers can still read.
        logger.warning("last_used_at of key %s was not written: %s", key_id, type(error).__name__)
