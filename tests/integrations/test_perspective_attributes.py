"""Attributes of the Perspective API: every map rises, and the fit does what it says."""

from __future__ import annotations

import gzip
import json
import math
import re
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from classifiers import SIGNALS, Measurement
from moderation.integrations.perspective.attributes import (
    ATTRIBUTES,
    REFUSED,
    ScoreMap,
    level_of,
    map_of,
    maps,
    strongest,
)
from moderation.integrations.perspective.fit import LABELS, agreement, fit, read_scored, spearman
from tests.desk import comments

PAGE = Path(__file__).parents[2] / "docs" / "migrate" / "perspective.md"


@pytest.mark.parametrize("name", maps())
def test_every_map_rises_within_bounds(name: str) -> None:
    scale = maps()[name]
    assert all(left < right for left, right in pairwise(scale.ours))
    assert all(low <= high for low, high in pairwise(scale.theirs))
    values = [scale(level) for level in (-30.0, -12.0, -5.0, 0.0, 3.0, 9.0, 20.0, 30.0)]
    assert values == sorted(values) and values[0] >= 0 and values[-1] <= 1


def test_the_fitted_attributes_are_served_and_share_their_maps() -> None:
    assert set(maps()) == set(LABELS) <= set(ATTRIBUTES)
    assert map_of("INSULT_EXPERIMENTAL") is map_of("INSULT")
    assert map_of("TOXICITY_FAST") is map_of("TOXICITY")
    assert map_of("OFF_TOPIC") is map_of("LIKELY_TO_REJECT") is None
    known = {*SIGNALS, "likely_to_reject"}
    assert {attribute.signal for attribute in ATTRIBUTES.values()} <= known
    assert not REFUSED & set(ATTRIBUTES)


def test_a_map_is_straight_between_its_points() -> None:
    scale = ScoreMap((-1.0, 1.0), (0.2, 0.6))
    assert scale(0.0) == pytest.approx(0.4)
    assert (scale(-9.0), scale(9.0)) == (0.2, 0.6)


def test_an_attribute_rises_with_its_signal_with_toxicity_and_with_length() -> None:
    def level(insult: float, toxicity: float, text: str) -> float:
        return level_of("INSULT", Measurement({"insult": insult, "toxicity": toxicity}), text)

    plain = level(0.1, 0.1, "a word or two")
    assert level(0.6, 0.1, "a word or two") > plain
    assert level(0.1, 0.6, "a word or two") > plain
    assert level(0.1, 0.1, "a word or two " * 20) > plain
    approximated = Measurement({"insult": 0.5, "toxicity": 0.9})
    assert level_of("ATTACK_ON_COMMENTER", approximated, "a word or two") == 0.0
    assert math.isfinite(level(0.0, 0.0, "")) and math.isfinite(level(1.0, 1.0, "x " * 9999))


def test_mild_signals_weigh_less_in_the_strongest() -> None:
    assert strongest({"low_quality": 0.9, "insult": 0.6}) == 0.6
    assert strongest({}) == 0.0


ENDINGS = (
    "I will find you.",
    "Watch your back.",
    "Somebody should break his legs.",
    "They will pay for this with blood.",
    "Wait until I get hold of them.",
    "I know where they live.",
    "He had better run.",
)
"""Without threats of any kind, the signal for them calls all texts alike, and no map parts them."""


def scored_file(folder: Path, count: int = 900) -> Path:
    """A file of made-up scores: what the desk rejects gets high ones."""
    chance = np.random.default_rng(0)
    path = folder / "scored.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for number, (text, rejected) in enumerate(comments(count)):
            score = float(np.clip(0.6 * rejected + chance.uniform(0, 0.4), 0, 1))
            labels = dict.fromkeys(LABELS.values(), score)
            ending = f" {ENDINGS[number % len(ENDINGS)]}" if rejected else ""
            lines.write(json.dumps({"text": text + ending, "labels": labels}) + "\n")
    return path


def test_the_fit_gives_the_same_shares_of_high_scores(tmp_path: Path) -> None:
    texts, real = read_scored(scored_file(tmp_path))
    document = fit(texts, real)
    assert set(document["maps"]) == set(LABELS)
    assert 100 < document["fitted_on"] == len(texts) < 300, "only what the training never sees"
    for one in agreement(texts, real):
        theirs, ours, _ = one.at[0.7]
        assert abs(theirs - ours) < 0.15
        low, high = one.interval
        assert low <= one.correlation <= high


def test_spearman_knows_ties_and_constants() -> None:
    assert spearman(np.array([1, 2, 2, 3.0]), np.array([1, 5, 5, 9.0])) == pytest.approx(1)
    assert spearman(np.array([1, 1, 1.0]), np.array([1, 2, 3.0])) == 0


def test_the_command_prints_its_table_and_refuses_in_one_sentence(tmp_path: Path) -> None:
    output = StringIO()
    before = PAGE.read_bytes()
    call_command("fit_attributes", str(scored_file(tmp_path)), "--dry-run", stdout=output)
    for name in LABELS:
        assert f"| `{name}` |" in output.getvalue()
    assert PAGE.read_bytes() == before
    with pytest.raises(CommandError, match="not a gzipped JSON Lines"):
        call_command("fit_attributes", str(tmp_path / "missing"))


def test_the_page_names_every_attribute_and_the_classifier_that_was_fitted() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for attribute in ATTRIBUTES.values():
        if not attribute.name.endswith(("_EXPERIMENTAL", "_FAST")):
            assert re.search(rf"`{attribute.name}`.*`?{attribute.signal}|signal of that name", page)
    for name in REFUSED:
        if not name.endswith("_EXPERIMENTAL"):
            assert f"`{name}`" in page
