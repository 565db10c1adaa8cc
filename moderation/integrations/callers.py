"""The caller of an integration, by the key from the place where the system's clients put it."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from moderation.accounts import api_keys
from moderation.accounts.api_keys import Caller
from moderation.models import Scope
from moderation.platform.http import rate_limit
from moderation.platform.http.problems import Forbidden, Unauthorised

LONGEST_KEY = 200
# Scoring a text stores nothing, so any scope that a key is likely to have is enough.
SCORING = frozenset({Scope.SCORE, Scope.SUBMIT, Scope.READ})
# A label may change what the site's classifier learns.
LABELLING = frozenset({Scope.SUBMIT})


class NoKey(Unauthorised):
    """The request has no key; some systems answer this differently from a wrong key."""

    code = "no_key"


def bearer(request: HttpRequest) -> str:
    """Return the key of the Authorization header; "" when there is none."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    return header[7:].strip(" ") if header[:7].lower() == "bearer " else ""


def identify(request: HttpRequest, places: Iterable[str], scopes: frozenset[Scope]) -> Caller:
    """Return the caller by the first key, and count the request against the key's rate limit.

    Raises NoKey, Unauthorised, Forbidden, TooMany.
    """
    plain = next(filter(None, places), "")
    if not plain:
        raise NoKey("Send a key.")
    caller = api_keys.authenticate(plain) if len(plain) <= LONGEST_KEY and plain.isascii() else None
    if caller is None:
        raise Unauthorised("This key does not work.")
    if not scopes & caller.scopes:
        raise Forbidden("This key lacks the scope for this request.")
    rate_limit.count(request, caller.key_id)
    return caller
