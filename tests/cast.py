"""The cast: the people and the paper that every test speaks of.

Mona moderates The Daily, Owen edits it, Ravi reads it, Eve moderates The Herald and must see
nothing of The Daily.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from moderation.models import Author, Comment, Moderator, Role, Scope, Site, Status, Story
from moderation.platform import memo

MakeComment = Callable[..., Comment]

STORY_TITLE = "City council votes to close Mill Street to cars"
STORY_BODY = (
    "The city council voted nine to four on Tuesday to close Mill Street to cars between the "
    "market and the river. Shop owners had asked for a trial of one summer. The mayor said that "
    "buses and delivery vans may use the street before ten in the morning. Cyclists cheered in "
    "the gallery; the association of drivers announced that it will go to court."
)
BODY = "Good. I walk down Mill Street every day, and the delivery vans were a danger to children."


def make_user(username: str) -> User:
    """Return a person who may sign in; the password is `username` with `-password` behind it."""
    return get_user_model().objects.create_user(
        username, f"{username}@example.org", f"{username}-password", first_name=username.title()
    )


def make_moderator(username: str, site: Site, role: Role) -> User:
    """Return a person with a role on one site."""
    user = make_user(username)
    Moderator.objects.create(user=user, site=site, role=role)
    return user


@pytest.fixture
def daily(db: None) -> Site:
    """The Daily, where readers may also write on Moderato's own pages.

    No second reviews: what a moderator is given next must not depend on chance.
    """
    none = {"audit_share": 0, "double_share": 0, "gold_share": 0}
    return Site.objects.create(slug="daily", name="The Daily", reader_pages=True, **none)


@pytest.fixture
def herald(db: None) -> Site:
    """The Herald: another paper, whose people must not see The Daily's comments."""
    return Site.objects.create(slug="herald", name="The Herald")


@pytest.fixture
def mona(daily: Site) -> User:
    """Mona moderates The Daily."""
    return make_moderator("mona", daily, Role.MODERATOR)


@pytest.fixture
def owen(daily: Site) -> User:
    """Owen edits The Daily and its policy."""
    return make_moderator("owen", daily, Role.EDITOR)


@pytest.fixture
def eve(herald: Site) -> User:
    """Eve moderates The Herald."""
    return make_moderator("eve", herald, Role.MODERATOR)


@pytest.fixture
def ravi(daily: Site) -> Author:
    """Ravi reads The Daily and writes comments."""
    return Author.objects.create(site=daily, external_id="ravi", name="Ravi")


@pytest.fixture
def story(daily: Site) -> Story:
    """A story of The Daily."""
    return Story.objects.create(
        site=daily,
        external_id="mill-street",
        url="https://daily.example/mill-street",
        title=STORY_TITLE,
        body=STORY_BODY,
        section="City",
        published_at=datetime.now(UTC),
    )


@pytest.fixture
def api_key(daily: Site) -> str:
    """A key of The Daily that may do everything."""
    from moderation.accounts.api_keys import create_key  # noqa: PLC0415

    _, plain = create_key(daily, name="tests", scopes=list(Scope.values))
    return plain


@pytest.fixture
def make_comment(story: Story) -> MakeComment:
    """Make a comment under the story (or another): `make_comment(body=…, status=…, author=…)`."""
    numbers = itertools.count(1)

    def make(body: str = BODY, **fields: Any) -> Comment:
        under = fields.pop("story", story)
        external_id = fields.pop("external_id", f"c-{next(numbers)}")
        comment = Comment.objects.create(
            site=under.site,
            story=under,
            external_id=external_id,
            fingerprint=hashlib.sha256(external_id.encode()).digest(),
            body=body,
            submitted_at=fields.pop("submitted_at", datetime.now(UTC)),
            status=fields.pop("status", Status.PENDING),
            **fields,
        )
        comment.refresh_from_db()
        return comment

    return make


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Forget what this process remembers, and its rate limits, between two tests."""
    yield
    memo.forget_all()
