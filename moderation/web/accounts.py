"""Sign-in: administrators create accounts, visitors cannot."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from moderation.web.public.visitors import address_of


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Keeps sign-up closed, and counts attempts by the client's address."""

    # The message is the same for a wrong password and for an account that does not exist.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **dict.fromkeys(
            ("email_password_mismatch", "username_password_mismatch"),
            _("The address or the password is not right."),
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Administrators create accounts; visitors cannot."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address under which attempts count."""
        return address_of(request)


class PasswordBackend(ModelBackend):
    """Signs in by name or address, as fast for an unknown account as for a known one.

    Several backends, or several look-ups in one, would check the password of a known account more
    often than that of an unknown account, and a stopwatch would tell the two apart.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **ignored: object,
    ) -> User | None:
        """Return the account when the password is right. Every call hashes exactly one password."""
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
    """Return the account with this name or address; a name goes before an equal address."""
    named = Q(username__iexact=login) | Q(email__iexact=login)
    users = list(User.objects.filter(named).order_by("pk")[:10])
    return min(users, key=lambda user: user.username.lower() != login.lower(), default=None)
