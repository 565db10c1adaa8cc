"""docs/architecture.md tells the ways through the code as they are: each is walked for real."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from classifiers import Classifier, Item
from moderation.learning import train
from moderation.models import Comment, Site, Status
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.scoring import drain
from moderation.webhooks.deliveries import WEBHOOKS
from moderation.webhooks.endpoints import add_endpoint
from moderation.webhooks.sender import deliver_due
from tests.api.calls import comment as submission
from tests.api.calls import post
from tests.cast import MakeComment
from tests.desk import Decide
from tests.receiver import Receiver, status
from tests.walks import ROOT, Walk, walking
from tests.web.policy.test_policy_pages import EDITOR, changed, form_of

pytestmark = pytest.mark.django_db
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def told(heading: str) -> list[str]:
    """Return the files that the page names for a way, in order."""
    section = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
    return re.findall(r"^\d+\. `([^`]+)`", section, flags=re.MULTILINE)


def check(heading: str, walk: Walk) -> None:
    """The way as walked is the way as told, from the first file told to the last."""
    expected, walked = told(heading), walk.rooms()
    shown = "\n".join(["walked:", *walked])
    assert expected and expected[0] in walked, shown
    walked = walked[walked.index(expected[0]) :]
    assert walked[: len(expected)] == expected, shown


@pytest.fixture(autouse=True)
def no_time_limit(db: None) -> None:
    """Traced code is slow: PostgreSQL must not end the test's transaction meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def test_a_comment_is_stored(api_key: str) -> None:
    assert post(api_key, submission()).status_code == 202
    with walking() as walk:
        answer = post(api_key, submission(id="c-2", body="The ferry is late again."))
    assert answer.status_code == 202
    check("A comment is stored", walk)


def test_a_comment_is_scored_and_decided(make_comment: MakeComment, daily: Site) -> None:
    ensure_default(daily)
    make_comment()
    drain.score_batch()
    comment = make_comment("The ferry is late again.")
    with walking() as walk:
        drain.score_batch()
    comment.refresh_from_db()
    assert comment.status != Status.PENDING
    check("A comment is scored and decided", walk)


def test_a_publisher_is_told(make_comment: MakeComment, daily: Site, settings: object) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    ensure_default(daily)
    with Receiver(status(204)) as receiver:
        add_endpoint(daily, url=receiver.url)
        make_comment()
        drain.score_batch()
        with walking() as walk:
            assert deliver_due(WEBHOOKS).sent == 1
    # The lanes are threads: only the order in which the files are entered first is certain.
    assert list(dict.fromkeys(walk.rooms())) == told("A publisher is told")


def test_a_moderator_decides(
    make_comment: MakeComment, mona: User, daily: Site, client: Client
) -> None:
    ensure_default(daily)
    comment = make_comment(status=Status.IN_REVIEW)
    client.force_login(mona)
    client.get(f"/review/daily/comments/{comment.pk}/")
    with walking() as walk:
        client.post(
            f"/review/daily/comments/{comment.pk}/decide/",
            {"action": "approve", "version": comment.version, "key": "k" * 24},
        )
    assert Comment.objects.get().status == Status.APPROVED
    check("A moderator decides", walk)


def test_an_editor_saves_a_draft(owen: User, daily: Site, client: Client) -> None:
    ensure_default(daily)
    client.force_login(owen)
    form = {"seen": "", **form_of(changed(title="Second")), "do": "save"}
    with walking() as walk:
        assert client.post(EDITOR, form).status_code == 302
    check("An editor saves a draft", walk)


def test_a_text_becomes_signals() -> None:
    from classifiers import load  # noqa: PLC0415

    classifier: Classifier = load()
    classifier.score_batch([Item("The ferry is late.")])
    with walking("classifiers/") as walk:
        classifier.score_batch(
            [Item("You are a complete idixot, Zorblax.", title="Ferry", story="The ferry.")]
        )
    rooms = list(dict.fromkeys(walk.rooms()))
    assert rooms == told("A text becomes signals"), "\n".join(["walked:", *rooms])


@pytest.mark.slow
@pytest.mark.usefixtures("with_policy")
def test_labels_become_a_live_version(desk: Decide, daily: Site) -> None:
    desk(300)
    live_policy(daily)
    with walking() as walk:
        assert train.retrain(daily).state == "promoted"
    check("Labels become a live version", walk)
