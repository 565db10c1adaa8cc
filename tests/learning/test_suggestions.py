"""Suggested labels in training: nothing until the key is trusted, then one bounded voice."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from moderation.accounts import api_keys
from moderation.learning import train
from moderation.learning.label_sets import collect
from moderation.learning.suggestions import count_suggestions, suggest
from moderation.models import ApiKey, Site, Status, Suggestion
from tests.cast import MakeComment
from tests.desk import comments, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]


@pytest.fixture
def coral(daily: Site) -> ApiKey:
    """A key of The Daily with which another desk's people suggested 250 labels."""
    key, plain = api_keys.create_key(daily, name="coral", scopes=["submit"])
    caller = api_keys.authenticate(plain)
    assert caller
    for text, rejected in comments(250):
        suggest(caller, text, rejected=rejected, integration=Suggestion.Integration.CORAL)
    return key


OWN = [
    "Who pays for the second bridge, and when was that decided?",
    "My street has waited nine years for a crossing.",
    "Thank you for a report that names its sources.",
]


def doors(*arguments: str) -> str:
    output = StringIO()
    call_command("doors", "daily", *arguments, stdout=output)
    return output.getvalue()


def test_quarantined_labels_count_for_nothing(daily: Site, coral: ApiKey) -> None:
    assert not collect(daily).labels
    assert not train.is_due(daily)
    assert "250 labels, 100 to reject" in doors("list")
    assert "in quarantine" in doors("list")


def test_trusted_labels_are_learned_from(daily: Site, coral: ApiKey) -> None:
    assert "weight 0.5" in doors("trust", "coral", "0.5")
    found = collect(daily)
    assert found.summary()["provenance"] == {"suggestion": len(found.labels)}
    assert set(found.weights) == {0.5}
    assert train.is_due(daily)
    trained = train.retrain(daily)
    assert trained.state in ("promoted", "refused"), trained.words
    assert trained.report["labels"]["last_suggestion"] == Suggestion.objects.latest("pk").pk
    assert not train.is_due(daily), "nothing new since"


def test_a_key_is_one_voice_beside_the_sites_own_people(
    daily: Site, coral: ApiKey, mona: User, make_comment: MakeComment
) -> None:
    doors("trust", coral.prefix, "1")
    for text in OWN:
        rule(make_comment(body=text), Status.APPROVED, mona)
    found = collect(daily)
    heard = {"moderator": 0.0, "suggestion": 0.0}
    for label, weight in zip(found.labels, found.weights, strict=True):
        heard[label.provenance.value] += weight
    assert heard["suggestion"] <= 3.01 * heard["moderator"]
    assert heard["moderator"] == len(OWN)


def test_the_sites_own_word_on_a_text_goes_before_a_suggestion(
    daily: Site, coral: ApiKey, mona: User, make_comment: MakeComment
) -> None:
    doors("trust", "coral", "1")
    text = Suggestion.objects.filter(rejected=True).latest("pk").text
    rule(make_comment(body=text), Status.APPROVED, mona)
    said = [label for label in collect(daily).labels if label.text == text]
    assert [(label.provenance, label.rejected) for label in said] == [("moderator", 0)]


def test_a_revoked_key_is_not_believed_and_a_forgotten_one_leaves_nothing(
    daily: Site, coral: ApiKey
) -> None:
    doors("trust", "coral", "1")
    assert count_suggestions(daily, up_to=1000) == 250
    api_keys.revoke_key(coral)
    assert count_suggestions(daily, up_to=1000) == 0
    assert "250 labels" in doors("forget", "coral")
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trust", "nobody", "1"), "0 keys"),
        (("trust", "coral", "2"), "between 0 and 1"),
        (("forget", "mk_live_zzzz"), "0 keys"),
    ],
)
def test_it_refuses_in_one_sentence(
    daily: Site, coral: ApiKey, arguments: tuple[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        doors(*arguments)
    with pytest.raises(CommandError, match="no site"):
        call_command("doors", "weekly", "list")


def test_queueing_is_switched_on_and_off(daily: Site) -> None:
    assert "scored and queued for review" in doors("queue", "on")
    assert Site.objects.get().queues_integrations
    assert "scored only" in doors("queue", "off")
