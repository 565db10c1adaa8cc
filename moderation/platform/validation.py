"""The rules for texts, ids, names and addresses, for the API, the pages and the integrations.

Nothing here changes, cuts or normalises a value: a check accepts it as it is, or raises Invalid.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import re2
from django.utils.translation import gettext as _

from moderation.platform.errors import Invalid

BODY_POINTS = 10_000
BODY_BYTES = 40_000
STORY_BODY_POINTS = 200_000
TITLE_POINTS = 500
SECTION_POINTS = 100
NAME_POINTS = 100
NOTE_POINTS = 500
URL_POINTS = 2048
ID_POINTS = 255
ID_PATTERN = r"^[A-Za-z0-9._~:@!$*+,;=|()-]{1,255}$"
# Normalising is quadratic in the length of such a run (100,000 marks: 7.6 s).
MARK_RUN = 60
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)

_id = re.compile(ID_PATTERN, re.ASCII)
_marks = re2.compile(rf"\pM{{{MARK_RUN + 1}}}")
# Letters that show nothing, although Unicode does not class them as space, control or format.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5") | frozenset(
    chr(point) for point in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10))
)


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, zero-width letters, fillers, controls."""
    stripped = text.strip()
    if not stripped:
        return True
    if stripped[0].isalnum() and stripped[0] not in _UNSEEN:
        return False
    return all(letter in _UNSEEN or unicodedata.category(letter)[0] in "ZC" for letter in stripped)


def check_text(text: str, field: str, *, points: int) -> None:
    """Refuse a text that is too long, cannot be stored, or piles up marks on one letter."""
    if len(text) > points:
        raise Invalid(
            _("At most %(limit)s characters are allowed.") % {"limit": f"{points:,}"},
            code="too_long",
            field=field,
            limit=points,
        )
    if "\x00" in text:
        raise Invalid(
            _("The character U+0000 cannot be stored."), code="nul_character", field=field
        )
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid(
            _("The text contains half a character (a lone surrogate, U+D800-U+DFFF)."),
            code="lone_surrogate",
            field=field,
        ) from error
    if _marks.search(text):
        raise Invalid(
            _("At most %(limit)s combining marks may follow one another.") % {"limit": MARK_RUN},
            code="too_many_marks",
            field=field,
            limit=MARK_RUN,
        )


def check_texts(*texts: tuple[str, str, int]) -> None:
    """Refuse the first text that `check_text` refuses; each with its field and its limit."""
    for text, field, points in texts:
        check_text(text, field, points=points)


def check_body(body: str, field: str = "body") -> None:
    """Refuse a comment's text that breaks a limit or shows nothing.

    1-10,000 code points, at most 40,000 bytes of UTF-8, something visible, no U+0000.
    """
    check_text(body, field, points=BODY_POINTS)
    # A code point has four bytes at most, so this check matters only if the limits change.
    if len(body) * 4 > BODY_BYTES and len(body.encode("utf-8")) > BODY_BYTES:
        raise Invalid(
            _("At most %(limit)s bytes are allowed.") % {"limit": f"{BODY_BYTES:,}"},
            code="too_long",
            field=field,
            limit=BODY_BYTES,
        )
    if is_blank(body):
        raise Invalid(_("The comment has no visible characters."), code="empty", field=field)


def check_id(value: str, field: str) -> None:
    """Refuse an id that is not 1-255 safe characters, or that cannot be part of an address."""
    if _id.match(value) is None or value.endswith("\n") or value in (".", ".."):
        raise Invalid(
            "An id has 1-255 of these characters: A-Z a-z 0-9 . _ ~ : @ ! $ * + , ; = | ( ) -",
            code="invalid_id",
            field=field,
            limit=ID_POINTS,
        )


def check_url(url: str, field: str) -> None:
    """Refuse an address that is not http(s), has no host, hides a sign-in, or is too long."""
    check_text(url, field, points=URL_POINTS)
    problem = None
    if any(letter <= " " or letter in '\\<>"' or letter.isspace() for letter in url) or any(
        unicodedata.category(letter)[0] == "C" for letter in url if not letter.isascii()
    ):
        problem = "has a character that must be escaped"
    else:
        try:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https"):
                problem = "does not start with http:// or https://"
            elif not parts.hostname or "@" in parts.netloc or parts.port == 0:
                problem = "has no host, or a user name before it"
        except ValueError:
            problem = "cannot be read"
    if problem:
        raise Invalid(f"The address {problem}.", code="invalid_url", field=field)


def check_time(moment: datetime, field: str, *, ahead: timedelta) -> None:
    """Refuse a time without a zone, before 1970, or further ahead than `ahead`."""
    if moment.tzinfo is None:
        raise Invalid("A time needs its zone, such as Z or +02:00.", code="no_zone", field=field)
    if not OLDEST <= moment <= datetime.now(UTC) + ahead:
        days = max(1, ahead.days)
        raise Invalid(
            f"A time must be between 1970 and {days} day{'s' if days > 1 else ''} from now.",
            code="out_of_range",
            field=field,
        )
