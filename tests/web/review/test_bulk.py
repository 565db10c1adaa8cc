"""The histogram over the list, and deciding a span of it together."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.models import BulkDecision, ClassifierVersion, Comment, Score, Site, Status
from moderation.policy_versions.live import ensure_default
from moderation.review import queue
from moderation.review.histogram import histogram
from moderation.review.queue_filters import QueueFilters
from tests.cast import MakeComment

TOGETHER = "/review/daily/together/"
LOW = "?signal=toxicity&at_most=0.1"


@pytest.fixture
def waiting(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> list[Comment]:
    """Ten comments with toxicity 0.00, 0.01 … 0.09 and two with 0.97 and 1."""
    ensure_default(daily)
    client.force_login(mona)
    version = ClassifierVersion.objects.create(name="tests-1")
    made = []
    for value in [*(n / 100 for n in range(10)), 0.97, 1.0]:
        comment = make_comment(f"Toxicity {value:.2f}.", status=Status.IN_REVIEW)
        made.append(comment)
        for revision, said in ((1, {"toxicity": value}), (2, {"toxicity": 0.5})):
            Score.objects.create(
                comment=comment,
                revision=revision,
                classifier_version=version,
                signals=said,
                language="en",
            )
    return made


def test_the_histogram_counts_present_texts_whatever_the_span(
    waiting: list[Comment], daily: Site
) -> None:
    bins = histogram(daily, QueueFilters(signal="toxicity", at_least=0.9), "toxicity")
    assert [each.number for each in bins] == [5, 5, *[0] * 17, 2]
    assert histogram(daily, QueueFilters(status="approved"), "toxicity")[0].number == 0
    assert sum(each.number for each in histogram(daily, QueueFilters(), "spam")) == 0


def test_two_clicks_choose_a_span(client: Client, waiting: list[Comment]) -> None:
    page = client.get("/review/daily/?signal=toxicity").content.decode()
    assert "12 scored comments." in page and "at_least=0.95" in page
    page = client.get("/review/daily/?signal=toxicity&at_least=0.0&at_most=0.05").content.decode()
    assert "signal=toxicity&amp;at_most=0.1" in page  # the next bar reaches from there
    assert "Toxicity 0.03." in page and "Toxicity 0.09." not in page
    assert "Decide in bulk" in page


def test_the_list_without_a_signal_has_no_histogram(client: Client, waiting: list[Comment]) -> None:
    page = client.get("/review/daily/").content.decode()
    assert "12 comments waiting" in page and "scored comments" not in page


def test_a_span_is_read_decided_and_taken_back(client: Client, waiting: list[Comment]) -> None:
    page = client.get(f"{TOGETHER}{LOW}").content.decode()
    assert "10 comments match" in page and "4.9\N{NO-BREAK SPACE}%" in page
    answer = client.post(f"{TOGETHER}{LOW}", {"sample": "20", "clause": ""})
    made = BulkDecision.objects.get()
    here = f"{TOGETHER}{made.pk}/"
    assert answer["Location"] == here
    page = client.get(here).content.decode()
    assert "Toxicity 0.03." in page and "0.97" not in page
    answers = {f"answer-{pk}": "so" for pk in made.sample}
    first = made.sample[0]
    assert client.post(here, answers | {f"answer-{first}": ""}).status_code == 422
    client.post(here, answers | {f"answer-{first}": "otherwise"})
    assert "Approve 9" in client.get(here).content.decode()
    assert "9 comments approved." in client.post(here, {"decide": ""}).content.decode()
    assert Comment.objects.get(pk=first).status == Status.IN_REVIEW
    assert Comment.objects.filter(status=Status.APPROVED).count() == 9
    assert "9 comments undone." in client.post(here, {"undo": ""}).content.decode()
    assert not Comment.objects.filter(status=Status.APPROVED).exists()
    again = client.post(here, {"decide": ""})
    assert again.status_code == 302  # said on the next page, and nothing is done


@pytest.mark.parametrize(
    "fields",
    [{}, {"sample": "1"}, {"sample": "x"}, {"sample": "20", "clause": "nothing"}],
)
def test_it_refuses_what_makes_no_sense(
    client: Client, waiting: list[Comment], fields: dict[str, str]
) -> None:
    assert client.post(TOGETHER, fields).status_code == 422
    assert client.get(f"{TOGETHER}999/").status_code == 404
    assert client.post(f"{TOGETHER}?section=Nowhere", {"sample": "20"}).status_code == 422
    assert client.post(f"{TOGETHER}?search=nowhere", {"sample": "20"}).status_code == 422
    assert not BulkDecision.objects.exists()


def test_many_are_found_in_order_as_few_are(
    waiting: list[Comment], daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = QueueFilters(signal="toxicity", at_most=0.04)
    few = [item.comment.body for item in queue.queue_page(daily, filters).items]
    monkeypatch.setattr(queue, "COUNT_CAP", 2)
    assert [item.comment.body for item in queue.queue_page(daily, filters).items] == few
    assert len(few) == 5
