"""Tests the command line: one line out per line in, errors for bad lines, a site's model."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from classifiers import SIGNALS, Classifier
from classifiers.json_lines import LONGEST_LINE, blocks_of

LINES = (
    json.dumps({"id": 1, "text": "You are a moron"}),
    "not json",
    json.dumps({"id": "three", "text": 5}),
    json.dumps({"id": 4, "text": "The lane helps children", "parent": "What lane?",
                "thread": ["Good lane"], "story": {"title": "Lane", "body": "A lane for kids."}}),
    json.dumps({"id": 5, "text": "fine", "thread": "not a list"}),
    '{"id": 6, "text": "\\ud800"}',
)  # fmt: skip

HOSTILE: tuple[tuple[bytes, object, str], ...] = (
    (b"", None, "not JSON"),
    (b"   ", None, "not JSON"),
    (b"\xff\xfe\x00", None, "not UTF-8"),
    (b'{"id": 1, "text": "caf\xe9"}', None, "not UTF-8"),
    (b'{"id": 1, "text": "\xed\xa0\x80"}', None, "not UTF-8"),
    (b'{"id": NaN, "text": "a"}', None, "NaN is not JSON"),
    (b'{"id": -Infinity, "text": "a"}', None, "-Infinity is not JSON"),
    (b'{"id": 1e999, "text": "a"}', None, "too large"),
    (b'{"id": ' + b"9" * 5000 + b', "text": "a"}', None, "too large"),
    (b'{"id": ' + b"[" * 500 + b"]" * 500 + b', "text": "a"}', None, "id is not"),
    (b"[" * 100_000, None, "nested too deeply"),
    (b'{"a":' * 50_000, None, "nested too deeply"),
    (b'{"id": 1, "text": "a", "text": "b"}', None, "a key is repeated"),
    (b'{"id": 1, "text": "a\x00b"}', None, "control character"),
    (b'"text"', None, "not a JSON object"),
    (b"null", None, "not a JSON object"),
    (b'{"id": 2}', 2, "text is missing"),
    (b'{"id": 3, "text": null}', 3, "text is missing"),
    (b'{"id": 4, "text": "x", "story": []}', 4, "story is not an object"),
    (b'{"id": 5, "text": "x", "story": "s"}', 5, "story is not an object"),
    (b'{"id": 6, "text": "x", "story": {"title": 5}}', 6, "title is not a string"),
    (b'{"id": 7, "text": "x", "story": {"body": ["b"]}}', 7, "body is not a string"),
    (b'{"id": 8, "text": "x", "parent": 0}', 8, "parent is not a string"),
    (b'{"id": 9, "text": "x", "thread": ["a", 5]}', 9, "thread is not"),
    (b'{"id": 10, "text": "x", "thread": false}', 10, "thread is not"),
    (b'{"id": {"a": 1}, "text": "x"}', None, "id is not"),
    (b'{"id": 11, "text": "' + b"a" * LONGEST_LINE + b'"}', None, "longer than"),
)
FINE: tuple[tuple[bytes, object], ...] = (
    (b'{"id": 1, "text": ""}', 1),
    (b'{"id": 2, "text": "' + b"idiot " * 170_000 + b'"}', 2),
    (b'{"id": 3, "text": "nul \\u0000 and \\u2028 and \\u0085"}', 3),
    (b'{"id": "\\ud800", "text": "a lone \\udfff surrogate"}', "\ud800"),
    (b'{"id": 4, "text": "a return"}\r', 4),
    (b'{"id": 5.5, "text": "x", "story": null, "parent": null, "thread": null}', 5.5),
    (b'{"text": "no id", "story": {}, "thread": []}', None),
    ('{"id": "é\u2028é", "text": "a line \u2028 separator \x85"}'.encode(), "é\u2028é"),
)


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "classifiers", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def scored(content: bytes) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "classifiers", "score"]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.decode("ascii").splitlines()]


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


def test_a_line_out_has_what_the_contract_names(classifier: Classifier) -> None:
    plain, in_context = scored("\n".join((LINES[0], LINES[3])).encode())
    assert list(plain) == ["id", "language", "trained", "signals", "version"]
    assert set(plain["signals"]) == set(SIGNALS) - {"off_topic"}
    assert all(0 <= value <= 1 for value in plain["signals"].values())
    assert plain["version"] == classifier.version
    assert plain["trained"] is True
    assert set(in_context["passage"]) == {"text", "start", "end", "similarity", "source"}


def test_explanations_have_spans_of_the_text_and_are_there_only_when_asked() -> None:
    text = json.loads(LINES[0])["text"]
    made = json.loads(run("score", "--explain", text=LINES[0]).stdout)
    assert "contributions" not in json.loads(run("score", text=LINES[0]).stdout)
    for one in made["contributions"]:
        assert text[one["start"] : one["end"]] == one["text"]


def test_hostile_lines_are_told_apart_and_the_rest_goes_on() -> None:
    good = b'{"id": "good", "text": "fine"}'
    content = b"\n".join(part for line, *_ in HOSTILE for part in (line, good)) + b"\n"
    made = scored(content)
    assert len(made) == 2 * len(HOSTILE)
    assert all(one["id"] == "good" and "signals" in one for one in made[1::2])
    for one, (_, identity, wrong) in zip(made[::2], HOSTILE, strict=True):
        assert one["id"] == identity
        assert wrong in one["error"], one


def test_strange_but_right_lines_are_scored() -> None:
    made = scored(b"\xef\xbb\xbf" + b"\n".join(line for line, _ in FINE))
    assert [one["id"] for one in made] == [identity for _, identity in FINE]
    assert all("signals" in one for one in made), made


def test_nothing_in_gives_nothing_out() -> None:
    assert scored(b"") == []


def test_a_file_is_read_like_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(LINES), encoding="utf-8")
    assert run("score", str(path)).stdout == run("score", text="\n".join(LINES)).stdout


def everything(terminal: int) -> str:
    """Read what was written to a terminal whose other end is closed."""
    shown = b""
    with contextlib.suppress(OSError):  # its way to say that it is at an end
        while more := os.read(terminal, 65536):
            shown += more
    os.close(terminal)
    return shown.decode()


def test_the_progress_bar_is_for_terminals_only() -> None:
    above, below = pty.openpty()
    termios.tcsetwinsize(below, (24, 80))
    command = [sys.executable, "-m", "classifiers", "score"]
    text = "\n".join(LINES)
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=below, text=True, check=True
    )
    os.close(below)
    assert "6 comments" in everything(above)
    assert done.stdout == run("score", text=text).stdout
    assert run("score", text=text).stderr == ""


def test_a_reader_that_stops_causes_no_traceback() -> None:
    code = f"{sys.executable} -m classifiers score | head -n 1"
    text = '{"id": 1, "text": "fine"}\n' * 3000
    done = subprocess.run(code, shell=True, input=text, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_blocks_are_bounded_by_lines_and_by_bytes() -> None:
    assert [len(block) for block in blocks_of([b"x"] * 1025)] == [512, 512, 1]
    assert [len(block) for block in blocks_of([b"x" * 2**21] * 5)] == [2, 2, 1]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_stream() -> None:
    code = (
        "import io, resource, sys, json\n"
        "from classifiers import load\n"
        "from classifiers.__main__ import score_lines\n"
        "from classifiers.json_lines import lines_of\n"
        "def make(start, count):\n"
        "    for n in range(start, start + count):\n"
        "        story = {'title': f'Story {n}', 'body': f'Text number {n} of the town. ' * 40}\n"
        "        yield json.dumps({'id': n, 'text': f'Comment {n} about {n * 7}', "
        "'story': story, 'thread': [f'Earlier {n}']}).encode()\n"
        "def peak():\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "classifier = load()\n"
        "for _ in score_lines(make(0, 4000), classifier): pass\n"
        "before = peak()\n"
        "for _ in score_lines(make(4000, 8000), classifier): pass\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 20  # MiB


def test_adapt_then_score_with_it(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    lines = [json.dumps({"text": f"Buy zeppelins number {n}", "label": 1}) for n in range(20)]
    lines += [json.dumps({"text": f"The tram is late, day {n}", "label": 0}) for n in range(20)]
    bad = ["broken", '{"text": "x", "label": true}', '{"text": "x", "label": 2}', '{"label": 1}']
    labels.write_text("\n".join([*lines, *bad]) + "\n")
    done = run("adapt", "--labels", str(labels), "--out", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        f"line {number}" for number in (41, 42, 43, 44)
    ]
    assert json.loads(done.stdout)["labels"] == 40
    asked = '{"id": 1, "text": "Buy zeppelins"}\nbroken\n{"id": 2, "text": "The tram is late"}\n'
    scored = run("score", "--explain", "--site", str(tmp_path / "site"), text=asked)
    first, wrong, second = (json.loads(line) for line in scored.stdout.splitlines())
    assert "error" in wrong
    assert first["signals"]["likely_to_reject"] > second["signals"]["likely_to_reject"]
    own = [one for one in first["contributions"] if one["signal"] == "likely_to_reject"]
    assert own[0]["text"] in ("Buy", "zeppelins")


@pytest.mark.parametrize("lines", ["", '{"text": "one", "label": 1}\n' * 9])
def test_too_few_labels_are_one_clear_sentence(tmp_path: Path, lines: str) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(lines)
    done = run("adapt", "--labels", str(labels), "--out", str(tmp_path / "site"))
    assert done.returncode == 1
    assert done.stderr.startswith("error: at least 5 rejected and 5 approved")
    assert not (tmp_path / "site").exists()


def test_a_missing_bundle_site_or_file_is_one_clear_sentence(tmp_path: Path) -> None:
    done = run("score", "--bundle", str(tmp_path), text=LINES[0])
    assert done.returncode == 1
    assert done.stderr.startswith("error: No readable classifier bundle")
    for arguments in (["--site", str(tmp_path)], [str(tmp_path / "nothing.jsonl")]):
        done = run("score", *arguments, text=LINES[0])
        assert done.returncode == 1
        assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) == 1


def test_below_says_which_words_to_leave_out() -> None:
    done = run("score", "--below", "0.5", text=LINES[0] + "\n" + LINES[3] + "\n")
    rude, fine = map(json.loads, done.stdout.splitlines())
    assert "moron" in [one["text"] for one in rude["changes"]["insult"]]
    assert "insult" not in fine["changes"]
    refused = run("score", "--below", "2")
    assert refused.returncode == 2
    assert "not between 0 and 1" in refused.stderr
