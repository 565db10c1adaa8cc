"""Sign-in: equal words for all, a second factor, no sign-up, links that work once, error pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import StringIO
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client

from moderation.models import Moderator, Site

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """Attempts of one test do not count in the next."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, login: str = "mona", password: str = "mona-password", **fields: str):
    return client.post(LOGIN, {"login": login, "password": password, **fields})


@pytest.mark.parametrize("login", ["mona", "mona@example.org", "Mona@Example.org"])
def test_signing_in_by_name_or_address(client: Client, mona: User, login: str) -> None:
    answer = sign_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/review/")
    page = client.get("/review/daily/").content.decode()
    assert "Mona" in page and "Sign out" in page


def test_signing_out_takes_a_press(client: Client, mona: User) -> None:
    sign_in(client)
    assert "Sign out" in client.get("/accounts/logout/").content.decode()
    assert client.get("/review/daily/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/review/daily/").status_code == 302


def test_nobody_learns_who_has_an_account(client: Client, mona: User) -> None:
    known = sign_in(client, password="wrong-password").content.decode()
    unknown = sign_in(client, login="nobody").content.decode()
    alert = [page.split('role="alert"')[1].split("</div>")[0] for page in (known, unknown)]
    assert alert[0] == alert[1]
    for address in ("mona@example.org", "nobody@example.org"):
        answer = client.post("/accounts/password/reset/", {"email": address}, follow=True)
        assert "If an account has this address" in answer.content.decode()


def test_a_forgotten_password_is_replaced_by_mail(
    client: Client, mona: User, mailoutbox: list[EmailMessage]
) -> None:
    for address in ("mona@example.org", "nobody@example.org"):
        client.post("/accounts/password/reset/", {"email": address})
    to_mona, to_nobody = mailoutbox
    assert "No account has this address." in to_nobody.body and "http" not in to_nobody.body
    assert "Set a new password" in to_mona.subject
    link = next(line for line in to_mona.body.splitlines() if line.startswith("http"))
    form = client.get(urlsplit(link).path, follow=True)
    fields = {"password1": "harbour-tunnel-9", "password2": "harbour-tunnel-9"}
    client.post(form.redirect_chain[-1][0], fields)
    assert sign_in(Client(), password="harbour-tunnel-9").status_code == 302


@pytest.mark.parametrize("login", ["mona", "mona@example.org", "nobody", "nobody@example.org"])
def test_a_stopwatch_does_not_tell_either(
    client: Client, mona: User, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    for name in ("verify", "encode"):
        real = getattr(Argon2PasswordHasher, name)

        def count(*arguments: object, real: Callable[..., object] = real) -> object:
            hashed.append(1)
            return real(*arguments)

        monkeypatch.setattr(Argon2PasswordHasher, name, count)
    sign_in(client, login, "wrong-password")
    assert len(hashed) == 1


def test_guessing_is_slowed_down(client: Client, mona: User) -> None:
    answers = [sign_in(client, password=f"guess-{n}") for n in range(12)]
    assert "Too many" in answers[-1].content.decode()
    # Even the right password must wait now, so that nobody can tell it from a wrong one.
    assert sign_in(client).status_code != 302


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client: Client, mona: User, away: str) -> None:
    answer = client.post(f"{LOGIN}?next={away}", {"login": "mona", "password": "mona-password"})
    assert answer.status_code == 302 and "evil" not in answer["Location"]
    assert not urlsplit(answer["Location"]).netloc
    page = Client().get(f"{LOGIN}?next={away}").content.decode()
    # The form sends the address along, and the answer to it is above: it leads nowhere else.
    assert 'action="/accounts/login/"' in page
    assert not re.search(r'(href|action|src)="[^"]*(evil|javascript)', page)


def test_a_local_way_back_is_kept(client: Client, mona: User) -> None:
    to_sign_in = client.get("/review/daily/policy/")["Location"]
    answer = client.post(to_sign_in, {"login": "mona", "password": "mona-password"})
    assert answer["Location"] == "/review/daily/policy/"


def test_there_is_no_sign_up(client: Client, db: None) -> None:
    assert "Sign-up is closed" in client.get("/accounts/signup/").content.decode()
    fields = {
        "email": "x@example.org",
        "password1": "long-password-1",
        "password2": "long-password-1",
    }
    client.post("/accounts/signup/", fields)
    assert not User.objects.exists()


def test_a_second_factor(client: Client, mona: User) -> None:
    sign_in(client)
    asked = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert "Confirm your identity" in asked.content.decode()
    client.post("/accounts/reauthenticate/", {"password": "mona-password"})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image/svg+xml" in page
    secret = client.session["mfa.totp.secret"]
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    page = client.get("/accounts/2fa/").content.decode()
    assert "You enter a code when you sign in." in page and "10 codes are left." in page
    client.post("/accounts/logout/")

    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/review/daily/").status_code == 302  # not in yet
    assert "Enter your code" in client.get("/accounts/2fa/authenticate/").content.decode()
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200 and client.get("/review/daily/").status_code == 302


@pytest.mark.parametrize(
    "page",
    ["password/change/", "2fa/", "2fa/totp/activate/", "email/", "reauthenticate/", "logout/"],
)
def test_account_pages_are_in_our_design(client: Client, mona: User, page: str) -> None:
    assert client.get(f"/accounts/{page}").status_code == 302
    sign_in(client)
    answer = client.get(f"/accounts/{page}", follow=True)
    shown = answer.content.decode()
    assert answer.status_code == 200 and "moderation/app.css" in shown
    assert '<main id="main" class="wrap account-page' in shown
    assert "Menu:" not in shown and "style=" not in shown


def test_a_password_of_ten_thousand_letters_is_no_load(client: Client, mona: User) -> None:
    assert sign_in(client, password="x" * 10_000).status_code == 200
    assert sign_in(client, login="x\x00y").status_code == 200


# --- accounts by command -----------------------------------------------------------------------


def create(*arguments: str) -> str:
    said = StringIO()
    call_command("create_moderator", *arguments, stdout=said)
    return said.getvalue()


def test_a_new_moderator_sets_a_password_by_a_link_that_works_once(
    client: Client, daily: Site
) -> None:
    said = create("daily", "Nina@Example.org", "--role", "editor", "--name", "Nina")
    assert "nina@example.org is editor of The Daily." in said
    link = urlsplit(said.split()[-1]).path
    form = client.get(link, follow=True)
    assert "Set a password" in form.content.decode()
    address = form.redirect_chain[-1][0]
    short = client.post(address, {"password1": "short", "password2": "short"})
    assert "too short" in short.content.decode()
    fields = {"password1": "harbour-tunnel-9", "password2": "harbour-tunnel-9"}
    client.post(address, fields)
    assert Client().get(link, follow=True).content.decode().count("no longer works")
    fresh = Client()
    assert sign_in(fresh, "nina@example.org", "harbour-tunnel-9")["Location"] == "/review/"
    assert fresh.get("/review/daily/policy/json/").status_code == 200


def test_a_known_person_gets_a_further_role_and_keeps_the_password(
    daily: Site, herald: Site, mona: User
) -> None:
    said = create("herald", "mona@example.org")
    assert "moderator of The Herald" in said and "http" not in said
    create("daily", "mona@example.org", "--role", "admin")
    roles = Moderator.objects.filter(user=mona).values_list("site__slug", "role")
    assert set(roles) == {("daily", "admin"), ("herald", "moderator")}
    assert User.objects.get(pk=mona.pk).check_password("mona-password")
    assert "http" in create("daily", "mona@example.org", "--link")


@pytest.mark.parametrize("arguments", [["nowhere", "a@example.org"], ["daily", "no address"]])
def test_what_cannot_be_made_is_said_in_a_sentence(daily: Site, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        create(*arguments)
    assert not User.objects.exists()


# --- error pages -------------------------------------------------------------------------------


def test_what_is_not_found_says_nothing_of_the_inside(client: Client, db: None) -> None:
    answer = client.get("/no/such/<script>alert(1)</script>/")
    page = answer.content.decode()
    assert answer.status_code == 404 and "Page not found" in page
    assert "Start page" in page
    assert "alert(1)" not in page and "urlpatterns" not in page


def test_an_error_says_nothing_of_the_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch, story: object
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("moderation.web.public.stories.thread", fail)
    client.raise_request_exception = False
    answer = client.get("/stories/daily/mill-street/")
    page = answer.content.decode()
    assert answer.status_code == 500 and "Something went wrong on our side" in page
    assert "moderation/app.css" in page and "Start page" in page
    assert "secret" not in page and "Traceback" not in page
