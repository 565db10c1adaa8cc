"""Authentication of API requests: the bearer key, its scopes, and the rate limit."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security.base import AuthBase

from moderation.accounts import api_keys
from moderation.accounts.api_keys import Caller
from moderation.models import Scope
from moderation.platform.http import rate_limit
from moderation.platform.http.problems import BadRequest, Forbidden, Unauthorised

LONGEST_HEADER = 200
IN_QUERY = frozenset({"key", "api_key", "apikey", "token", "access_token", "authorization"})


class Key(AuthBase):
    """Requires `Authorization: Bearer mk_live_…` with one of the scopes; returns the Caller."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key of a site; `manage.py create_key SITE` makes one."

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = frozenset(str(scope) for scope in scopes)
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller. Raises BadRequest, Unauthorised, Forbidden, TooMany."""
        if request.META.get("QUERY_STRING") and _key_in_query(request):
            raise BadRequest(
                "Send the key in the Authorization header, never in the address: addresses are"
                " logged. Revoke this key.",
                code="key_in_query",
            )
        header = request.META.get("HTTP_AUTHORIZATION", "")
        caller = None
        if len(header) <= LONGEST_HEADER and header[:7].lower() == "bearer ":
            caller = api_keys.authenticate(header[7:].strip(" "))
        if caller is None:
            raise Unauthorised("Send a valid key: `Authorization: Bearer mk_live_…`.")
        if not (self.scopes & caller.scopes):
            raise Forbidden("This key lacks the scope for this request.")
        rate_limit.count(request, caller.key_id)
        return caller


def _key_in_query(request: HttpRequest) -> bool:
    return any(
        name.lower() in IN_QUERY or str(value).startswith("mk_live_")
        for name, value in request.GET.items()
    )


def caller_of(request: HttpRequest) -> Caller:
    """Return the caller of an authenticated request."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller
