"""Tests the bundle: altered files are refused, weights and card are as promised."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from classifiers import BundleError, Classifier, load
from classifiers.abuse.quantised_weights import decode_weights, encode_weights
from classifiers.bundle import digest_of, pack_arrays, unpack_arrays, write_bundle
from classifiers.classifier import BUNDLED


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUNDLED, tmp_path / "bundle"))


def test_a_copy_loads_with_the_same_version(copy: Path, classifier: Classifier) -> None:
    assert load(copy).version == classifier.version
    assert classifier.version.startswith("bundled-1-")


@pytest.mark.parametrize("name", ["abuse.npz", "relevance.npz", "card.json"])
def test_it_refuses_an_altered_file(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(BundleError, match=name):
        load(copy)


def test_it_refuses_a_missing_file_or_folder(copy: Path, tmp_path: Path) -> None:
    (copy / "abuse.npz").unlink()
    with pytest.raises(BundleError):
        load(copy)
    with pytest.raises(BundleError):
        load(tmp_path / "nowhere")


def test_it_refuses_another_format_and_missing_arrays(tmp_path: Path) -> None:
    write_bundle(tmp_path / "new", {}, {"format": 99, "name": "other"})
    with pytest.raises(BundleError, match="format 99"):
        load(tmp_path / "new")
    empty = {"abuse.npz": pack_arrays({}), "relevance.npz": pack_arrays({})}
    write_bundle(tmp_path / "empty", empty, {"name": "other", "heads": ["toxicity"]})
    with pytest.raises(BundleError, match="is incomplete"):
        load(tmp_path / "empty")


def test_it_never_unpickles() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, evil=np.array([{"any": "object"}], dtype=object))
    with pytest.raises(BundleError):
        unpack_arrays(buffer.getvalue())
    with pytest.raises(BundleError):
        unpack_arrays(b"no archive at all")


def test_equal_arrays_are_equal_bytes() -> None:
    arrays = {"b": np.arange(5), "a": np.ones((2, 2), dtype=np.float32)}
    assert digest_of(pack_arrays(arrays)) == digest_of(pack_arrays(dict(reversed(arrays.items()))))


def test_weights_keep_their_size_in_one_byte() -> None:
    weights = np.array([[0.0, 2.0], [0.01, -0.5], [-8.0, 0.001]], dtype=np.float32)
    again = decode_weights(*encode_weights(weights))
    assert again == pytest.approx(weights, rel=0.25, abs=1e-3)


def test_the_card_says_what_must_be_known() -> None:
    card = json.loads((BUNDLED / "card.json").read_text())
    assert {"data", "intended_use", "known_failures", "training", "calibration"} <= card.keys()
    assert all(source["licence"] and source["tier"] != "C" for source in card["data"])
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < 15e6


def test_loading_needs_no_scikit_learn() -> None:
    code = (
        "import sys, classifiers; classifiers.load().score_batch([classifiers.Item('Hello')]);"
        "sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy', 'django') for name in "
        "sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
