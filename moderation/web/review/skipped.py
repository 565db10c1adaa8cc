"""Which comments a person skipped, kept in the session: a round does not turn in circles."""

from __future__ import annotations

from django.http import HttpRequest

from moderation.models import Site

# The oldest skips are forgotten first: those comments simply come again.
REMEMBERED = 200


def remembered(request: HttpRequest, site: Site) -> list[int]:
    """Return the comments that this person skipped on the site, oldest first."""
    return list(request.session.get(_name(site), ()))


def remember(request: HttpRequest, site: Site, comment_pk: int) -> list[int]:
    """Add a skipped comment; return all of them."""
    others = [pk for pk in remembered(request, site) if pk != comment_pk]
    skipped = [*others, comment_pk][-REMEMBERED:]
    request.session[_name(site)] = skipped
    return skipped


def forget(request: HttpRequest, site: Site) -> None:
    """Begin a new round."""
    request.session.pop(_name(site), None)


def _name(site: Site) -> str:
    return f"skipped-{site.pk}"
