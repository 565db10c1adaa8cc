"""The command line: one line out per line in, bad lines told apart, a site's own adaptation."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LINES = (
    json.dumps({"id": 1, "text": "You are a moron"}),
    "not json",
    json.dumps({"id": "three", "text": 5}),
    json.dumps({"id": 4, "text": "The lane helps children", "parent": "What lane?",
                "thread": ["Good lane"], "story": {"title": "Lane", "body": "A lane for kids."}}),
    json.dumps({"id": 5, "text": "fine", "thread": "not a list"}),
    '{"id": 6, "text": "\\ud800"}',
)  # fmt: skip


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "classifiers", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_score_answers_every_line_in_order() -> None:
    done = run("score", "--explain", text="\n".join(LINES) + "\n")
    assert done.returncode == 0, done.stderr
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in made] == [1, None, "three", 4, 5, 6]
    assert ["error" in one for one in made] == [False, True, True, False, True, False]
    assert made[0]["signals"]["insult"] > 0.8
    assert made[0]["contributions"][0]["text"]
    assert made[3]["passage"]["text"] == "A lane for kids."
    assert "off_topic" in made[3]["signals"]


def test_adapt_then_score_with_it(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    lines = [json.dumps({"text": f"Buy zeppelins number {n}", "label": 1}) for n in range(20)]
    lines += [json.dumps({"text": f"The tram is late, day {n}", "label": 0}) for n in range(20)]
    labels.write_text("\n".join([*lines, "broken"]) + "\n")
    done = run("adapt", "--labels", str(labels), "--out", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert "line 41" in done.stderr
    asked = '{"id": 1, "text": "Buy zeppelins"}\n{"id": 2, "text": "The tram is late"}\n'
    scored = run("score", "--explain", "--site", str(tmp_path / "site"), text=asked)
    first, second = (json.loads(line) for line in scored.stdout.splitlines())
    assert first["signals"]["likely_to_reject"] > second["signals"]["likely_to_reject"]
    own = [one for one in first["contributions"] if one["signal"] == "likely_to_reject"]
    assert own[0]["text"] == "zeppelins"


def test_a_missing_bundle_is_one_clear_sentence(tmp_path: Path) -> None:
    done = run("score", "--bundle", str(tmp_path), text=LINES[0])
    assert done.returncode == 1
    assert done.stderr.startswith("error: No readable classifier bundle")
