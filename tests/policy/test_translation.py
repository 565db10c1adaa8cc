"""The policy's sentences pass through a translation, and are English without one."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext as django_gettext
from django.utils.translation import ngettext as django_ngettext

from moderation.policy import FACTS, PolicyError, Reason, describe, diff, parse, public_view
from moderation.policy import translation as policy_translation
from tests.policy.documents import document, policy, rule, words

GERMAN = {
    "off topic": "Abweichung vom Thema",
    "%(fact)s: %(value)s.": "%(fact)s beträgt %(value)s.",
    "The policy holds comments at or above %(limit)s.": "Ab %(limit)s hält die Regel an.",
    "The policy holds a comment when %(conditions)s.": "Angehalten, wenn %(conditions)s.",
    "%(fact)s is at least %(value)s": "mindestens %(value)s bei %(fact)s",
    "%(start)s, %(next)s": "%(start)s; %(next)s",
    "%(start)s and %(last)s": "%(start)s sowie %(last)s",
    "“%(text)s”": "„%(text)s“",
    "Banned words added: %(words)s.": "Neue verbotene Wörter: %(words)s.",
    "Rejected automatically when %(conditions)s.": "Sofort abgelehnt, wenn %(conditions)s.",
    "it contains words from our list": "er Wörter unserer Liste enthält",
    "This is missing.": "Das fehlt.",
    "%(words)s and %(number)s more": "%(words)s und %(number)s weitere",
}


@pytest.fixture
def german():
    """Translate by the table; afterwards by Django again, as the product does."""
    policy_translation.install(
        lambda message: GERMAN.get(message, message),
        lambda one, many, number: GERMAN.get(many, one if number == 1 else many),
    )
    yield
    policy_translation.install(django_gettext, django_ngettext)


@pytest.fixture
def english():
    """Take every translation away, as for a program that uses the policy without Django."""
    policy_translation.install()
    yield
    policy_translation.install(django_gettext, django_ngettext)


REASON = Reason("r", "c", "review", "off_topic", 0.93, 0.8, comparison="at_least")
RULE = policy(
    rule(("off_topic", "at_least", 0.8), ("flags", "at_least", 2), ("links", "at_least", 1))
).rules[0]


def sentences() -> list[str]:
    """One sentence of each kind that a page shows."""
    with pytest.raises(PolicyError) as caught:
        parse({"clauses": document()["clauses"]})
    return [
        FACTS["off_topic"].label,
        describe(REASON),
        describe(RULE),
        diff(words("rose").document, words("rose", "tulip").document)[0].message,
        public_view(words("tulip")).clauses[1].rejected[0],
        caught.value.errors[0].message,
    ]


def test_a_translated_sentence_comes_out(german):
    assert sentences() == [
        "Abweichung vom Thema",
        "Abweichung vom Thema beträgt 0.93. Ab 0.80 hält die Regel an.",
        "Angehalten, wenn mindestens 0.80 bei Abweichung vom Thema; mindestens 2 bei the number of "
        "readers' flags sowie mindestens 1 bei the number of links.",
        "Neue verbotene Wörter: „tulip“.",
        "Sofort abgelehnt, wenn er Wörter unserer Liste enthält.",
        "Das fehlt.",
    ]
    many = words(*[f"flower{number}" for number in range(22)]).document
    assert diff(words().document, many)[0].message.endswith("„flower19“ und 2 weitere.")


def test_without_a_translation_it_is_english(english):
    assert sentences() == [
        "Off topic",
        "Off topic: 0.93. The policy holds comments at or above 0.80.",
        "The policy holds a comment when off topic is at least 0.80, the number of readers' flags "
        "is at least 2 and the number of links is at least 1.",
        "Banned words added: “tulip”.",
        "Rejected automatically when it contains words from our list.",
        "This is missing.",
    ]


def test_the_product_translates_by_django(monkeypatch):
    asked: list[str] = []

    def ask(message: str) -> str:
        asked.append(message)
        return message

    monkeypatch.setattr("django.utils.translation._trans.gettext", ask)
    assert describe(REASON) == "Off topic: 0.93. The policy holds comments at or above 0.80."
    assert "off topic" in asked
