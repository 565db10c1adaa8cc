"""A person's sites and roles."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet
from django.db.models.functions import Now

from moderation.models import Moderator, Role, Site

# An open review page reports once a minute.
HERE = timedelta(seconds=150)
# Each role includes the roles before it.
RANK = {role: place for place, role in enumerate(Role)}


def sites_of(user: User) -> QuerySet[Site]:
    """Return the sites that the person moderates, by name."""
    return Site.objects.filter(moderators__user=user).order_by("name", "pk")


def find_moderator(
    user: AbstractBaseUser | AnonymousUser, slug: str, role: Role = Role.MODERATOR
) -> Moderator | None:
    """Return the person's row for the site; None without the site, or without `role` there."""
    if not user.is_authenticated:
        return None
    rows = Moderator.objects.filter(user_id=user.pk, site__slug=slug)
    moderator = rows.select_related("site").first()
    if moderator is None or not at_least(moderator, role):
        return None
    moderator.user = user  # type: ignore[assignment]
    return moderator


def colleagues(moderator: Moderator) -> list[User]:
    """Return the other people with the site's review pages open now, by name."""
    others = Moderator.objects.filter(site=moderator.site_id, seen_at__gt=Now() - HERE)
    others = others.exclude(pk=moderator.pk).select_related("user")
    return [other.user for other in others.order_by("user__first_name", "pk")]


def at_least(moderator: Moderator, role: Role) -> bool:
    """Whether the moderator's role includes `role`."""
    return RANK[Role(moderator.role)] >= RANK[role]
