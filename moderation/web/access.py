"""Access: only the moderators of a site can open its pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from moderation.accounts.roles import at_least, find_moderator
from moderation.models import Moderator, Role

View = Callable[..., HttpResponse]


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a fragment, not a browser for a page."""
    return request.headers.get("HX-Request") == "true"


def by_script(request: HttpRequest) -> bool:
    """Tell whether a script of the page asks for JSON, not a browser for a page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def signed_in(view: View) -> View:
    """Let only people who signed in open the view, and keep its answers out of caches."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        else:
            response = _to_sign_in(request)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["X-Requested-With"])
        return response

    return checked


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if not by_script(request):
        return redirect_to_login(request.get_full_path())
    # The page asks the person to sign in again without leaving it. The form needs a new token.
    return JsonResponse({"token": get_token(request)}, status=401)


def moderates(
    view: Callable[Concatenate[HttpRequest, Moderator, ...], HttpResponse],
    role: Role = Role.MODERATOR,
) -> View:
    """Give the view the person's `Moderator` row for the site in the address.

    404 where the site does not exist, the person has no role on it, or the role is too low.
    """

    @signed_in
    @functools.wraps(view)
    def checked(request: HttpRequest, site: str, **kwargs: Any) -> HttpResponse:
        moderator = find_moderator(request.user, site)
        if moderator is None or not at_least(moderator, role):
            raise Http404("No such site.")
        return view(request, moderator, **kwargs)

    return checked
