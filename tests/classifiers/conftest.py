"""Provides the bundled classifier and a story to the classifier tests."""

from __future__ import annotations

import pytest

from classifiers import Classifier, load

TITLE = "Council approves cycle lane on Harbour Street"
STORY = (
    "The city council voted on Tuesday to spend four million on a new protected cycle lane along "
    "Harbour Street. Councillor Anna Berg said the lane would make the road safer for children on "
    "their way to school.\n\n"
    'Shop owners protested that they would lose forty parking spaces. "Our customers come by '
    'car," said the baker Tom Lind, whose family has sold bread on the street since 1950.\n\n'
    "Work is to begin in March and last eleven months. The tram line will be diverted through "
    "Mill Lane during construction. A report by the traffic office found that accidents "
    "involving cyclists had doubled in five years."
)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load()
