"""Sign-in: accounts are made by administrators, never by visitors."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from moderation.web.public.visitors import address_of


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Keeps sign-up closed, and counts attempts by the address that the proxies vouch for."""

    # The same words for a wrong password and for an account that does not exist.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **dict.fromkeys(
            ("email_password_mismatch", "username_password_mismatch"),
            "The address or the password is not right.",
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody can sign up by themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which attempts are counted."""
        return address_of(request)


class PasswordBackend(ModelBackend):
    """Signs in by name or address, in the same time whether there is such an account or not.

    Several backends, or several look-ups in one, would check the password of a known account more
    often than that of an unknown one, and a stopwatch would tell the two apart.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **_: object,
    ) -> User | None:
        """Return the account when the password is right; exactly one password is hashed."""
        login = email or username
        if not login or password is None:
            return None
        user = _find_user(login)
        if user is None:
            get_user_model()().set_password(password)
            return None
        right = user.check_password(password)
        return user if right and self.user_can_authenticate(user) else None


def _find_user(login: str) -> User | None:
    """Return the account of this name or address; a name goes before an equal address."""
    named = Q(username__iexact=login) | Q(email__iexact=login)
    found = list(User.objects.filter(named).order_by("pk")[:10])
    return min(found, key=lambda user: user.username.lower() != login.lower(), default=None)
