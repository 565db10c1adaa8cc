"""Times on the pages: in the zone that the operator chose, and in ISO 8601 for machines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.models import Comment, Status
from tests.cast import MakeComment


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", "1 July 2026, 22:30 UTC"), ("Europe/Berlin", "2 July 2026, 00:30 CEST")],
)
def test_the_list_shows_times_in_the_zone_of_the_service(
    client: Client,
    mona: User,
    make_comment: MakeComment,
    settings: pytest.fixture,
    zone: str,
    shown: str,
) -> None:
    settings.TIME_ZONE = zone
    comment = make_comment(status=Status.IN_REVIEW)
    Comment.objects.filter(pk=comment.pk).update(
        received_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    )
    client.force_login(mona)
    page = client.get("/review/daily/").content.decode()
    assert f'<time datetime="2026-07-01T22:30:00+00:00" title="{shown}">' in page


def test_the_end_of_a_deferral_is_in_the_same_zone(
    client: Client, mona: User, make_comment: MakeComment, settings: pytest.fixture
) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    comment = make_comment(
        status=Status.IN_REVIEW,
        deferred_until=datetime(2099, 1, 1, 20, tzinfo=UTC),
        deferred_by=mona,
    )
    client.force_login(mona)
    page = client.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    assert '<time datetime="2099-01-01T20:00:00+00:00">2 January 2099, 01:30 IST</time>' in page
