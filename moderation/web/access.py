"""Who may open a page: the door in front of everything that belongs to a site's moderators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from moderation.models import Moderator, Role
from moderation.selectors.moderators import at_least, find_moderator

View = Callable[..., HttpResponse]


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a fragment rather than a browser for a page."""
    return request.headers.get("HX-Request") == "true"


def signed_in(view: View) -> View:
    """Let only people through who signed in; nothing behind the door is ever cached."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        else:
            response = _to_sign_in(request)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["HX-Request"])
        return response

    return checked


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if not is_htmx(request):
        return redirect_to_login(request.get_full_path())
    # A fragment cannot hold the sign-in page: the browser goes there, and comes back to its page.
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = "/review/"
    if page.path.startswith("/review/"):
        back = f"{page.path}?{page.query}" if page.query else page.path
    response = HttpResponse(status=401)
    sign_in = redirect_to_login(back, resolve_url(settings.LOGIN_URL))
    response.headers["HX-Redirect"] = sign_in.url
    return response


def moderates(
    view: Callable[Concatenate[HttpRequest, Moderator, ...], HttpResponse],
    role: Role = Role.MODERATOR,
) -> View:
    """Give the view the person's `Moderator` row for the site in the address.

    404 for a site that does not exist, that is somebody else's, or where the role is too low.
    """

    @signed_in
    @functools.wraps(view)
    def checked(request: HttpRequest, site: str, **kwargs: Any) -> HttpResponse:
        moderator = find_moderator(request.user, site)
        if moderator is None or not at_least(moderator, role):
            raise Http404("No such site.")
        return view(request, moderator, **kwargs)

    return checked
