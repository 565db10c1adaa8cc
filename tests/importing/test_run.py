"""An import takes what is good, once, names what is bad, and goes on where it stopped."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from moderation.importing import run as importing_run
from moderation.importing.files import Checkpoint
from moderation.models import Comment, Decision, Delivery, Site, Source, Status
from moderation.webhooks.endpoints import add_endpoint
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: object, tmp_path: Path) -> None:
    settings.DATA_FOLDER = str(tmp_path / "var")


def line(number: int, **more: Any) -> dict[str, Any]:
    """Return a good line."""
    return {
        "id": f"old-{number}",
        "story": {"id": "bridge", "title": "A bridge", "body": "The bridge is old."},
        "author": {"id": "a-1", "name": "Ada"},
        "body": f"Comment number {number} on the bridge.",
        "submitted_at": "2026-03-01T12:00:00Z",
        **more,
    }


def write(path: Path, lines: list[Any]) -> Path:
    """Write lines: records as JSON, bytes as they are."""
    path.write_bytes(
        b"".join(
            (each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n"
            for each in lines
        )
    )
    return path


def run(path: Path | str, *options: str, code: int = 0) -> tuple[str, str]:
    """Run the command; return what it says on standard output and standard error."""
    output, errors = StringIO(), StringIO()
    found = 0
    try:
        call_command(
            "import_comments", str(path), "--site", "daily", *options, stdout=output, stderr=errors
        )
    except SystemExit as end:
        found = int(end.code or 0)
    assert found == code, errors.getvalue()
    return output.getvalue(), errors.getvalue()


def test_it_works(daily: Site, tmp_path: Path) -> None:
    body = "  Line one\r\n<b>two</b> \u202eRTL\u202c 😀 e\u0301 "
    path = write(
        tmp_path / "comments.jsonl", [line(1, body=body), line(2, parent_id="old-1"), b"", line(3)]
    )
    output, _ = run(path)
    assert "4 lines: 3 comments imported, 0 already there, 0 bad lines" in output
    first = Comment.objects.get(external_id="old-1")
    assert first.body == body, "stored exactly as given"
    assert first.status == Status.PENDING, "the worker will score it"
    assert first.submitted_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert first.story.body == "The bridge is old." and first.author.name == "Ada"
    assert Comment.objects.get(external_id="old-2").parent == first


def test_a_second_run_finds_everything_there(daily: Site, tmp_path: Path) -> None:
    path = write(tmp_path / "comments.jsonl", [line(number) for number in range(10)])
    run(path)
    output, _ = run(path)
    assert "0 comments imported, 10 already there" in output
    assert Comment.objects.count() == 10


def test_what_was_decided_becomes_a_label_and_no_news(
    daily: Site, tmp_path: Path, settings: object
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    add_endpoint(daily, url="http://127.0.0.1:9/")
    decided = [
        line(1, status="approved"),
        line(2, status="rejected", clause="no-abuse"),
        line(3, status="in_review"),
        line(4, status="pending"),
    ]
    run(write(tmp_path / "comments.jsonl", decided))
    statuses = dict(Comment.objects.values_list("external_id", "status"))
    assert statuses == {
        "old-1": "approved",
        "old-2": "rejected",
        "old-3": "in_review",
        "old-4": "pending",
    }
    decision = Decision.objects.get(comment__external_id="old-2")
    assert decision.source == Source.IMPORT and decision.clauses == ["no-abuse"]
    assert Decision.objects.count() == 3
    assert not Delivery.objects.exists(), "the publisher knows what it told us"


def test_replies_may_come_before_what_they_answer(daily: Site, tmp_path: Path) -> None:
    chain = [line(number, parent_id=f"old-{number - 1}") for number in range(1500, 0, -1)]
    path = write(tmp_path / "comments.jsonl", [*chain[:1400], *chain[1400:], line(0)])
    output, _ = run(path)
    assert "1,501 comments imported" in output
    assert Comment.objects.filter(parent__isnull=True).count() == 1


BAD = [
    (b"{", "not JSON"),
    (b"id,body", "not JSON"),
    (b"[1]", "not a JSON object"),
    (b'{"id": "a", "id": "b"}', "same key twice"),
    (b'{"id": NaN}', "NaN"),
    (b'{"id": ' + b"9" * 5000 + b"}", "not JSON"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"id": "\xff"}', "not UTF-8"),
    (b'{"body": "' + b"x" * 1_100_000 + b'"}', "longer than"),
    (line(1, body=5), "body: not a text"),
    (line(1, body=None), "body: "),
    (line(1, body=" \u200b\u3164"), "body: "),
    (line(1, body="a\x00b"), "body: "),
    (line(1, body="x" * 10_001), "body: "),
    (b'{"id": "x", "story": {"id": "s"}, "body": "\\ud800"}', "body: "),
    (line(1, id=None), "id: "),
    (line(1, id="a b"), "id: "),
    (line(1, story=None), "story.id: "),
    (line(1, story="bridge"), "story: not an object"),
    (line(1, story={"id": "s", "colour": "red"}), "unknown field"),
    (line(1, score=1), "unknown field"),
    (line(1, parent_id="nobody"), "parent_id: There is no such parent"),
    (line(1, status="deleted"), "status: "),
    (line(1, clauses="no-abuse"), "clauses: "),
    (line(1, submitted_at="yesterday"), "submitted_at: "),
    (line(1, submitted_at="2026-02-30T00:00:00Z"), "submitted_at: "),
    (line(1, submitted_at="0000-01-01T00:00:00Z"), "submitted_at: "),
    (line(1, submitted_at="2026-03-01T12:00:00"), "submitted_at: "),
    (line(1, submitted_at="2036-03-01T12:00:00Z"), "submitted_at: "),
    (line(1, submitted_at="2026-03-01T12:00:00+25:00"), "submitted_at: "),
]


def test_bad_lines_are_named_and_the_rest_is_kept(daily: Site, tmp_path: Path) -> None:
    lines = [line(0), *(bad for bad, _ in BAD), line(2)]
    path = write(tmp_path / "comments.jsonl", lines)
    report = tmp_path / "bad.txt"
    output, _ = run(path, "--bad", str(report), code=1)
    assert f"2 comments imported, 0 already there, {len(BAD)} bad lines" in output
    reasons = dict(entry.split("\t") for entry in report.read_text().splitlines())
    for number, (_, reason) in enumerate(BAD, start=2):
        assert reason in reasons[str(number)], f"line {number}"
    assert set(Comment.objects.values_list("external_id", flat=True)) == {"old-0", "old-2"}


def test_the_same_id_with_another_text_is_a_bad_line(daily: Site, tmp_path: Path) -> None:
    path = write(tmp_path / "comments.jsonl", [line(1), line(1), line(1, body="Other")])
    output, _ = run(path, code=1)
    assert "1 comments imported, 1 already there, 1 bad" in output


def test_gzip_and_standard_input_and_a_byte_order_mark(
    daily: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "comments.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + as_bytes(line(1))))
    assert "1 comments imported" in run(packed)[0]
    marked = tmp_path / "marked.jsonl"
    marked.write_bytes(b"\xef\xbb\xbf" + as_bytes(line(2)) + b"\r\n" + as_bytes(line(3)))
    assert "2 comments imported" in run(marked)[0]
    stream = io.TextIOWrapper(io.BytesIO(as_bytes(line(4))))
    monkeypatch.setattr(sys, "stdin", stream)
    assert "1 comments imported" in run("-")[0]


def as_bytes(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (line(1).__repr__().encode("utf-16"), "UTF-16"),
        (gzip.compress(as_bytes(line(1)) * 1000, mtime=0)[:-20], "damaged"),
        (b"id,body\n" * 2000, "None of the first 1,000 lines"),
    ],
)
def test_files_of_another_kind_are_refused_in_one_sentence(
    daily: Site, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "comments.jsonl"
    path.write_bytes(content)
    _, errors = run(path, code=2)
    assert sentence in errors and "Traceback" not in errors


def test_a_missing_file_and_a_missing_site_are_one_sentence(daily: Site, tmp_path: Path) -> None:
    assert "No such file" in run(tmp_path / "nowhere", code=2)[1]
    with pytest.raises(CommandError, match="no site"):
        call_command("import_comments", str(tmp_path), "--site", "weekly")


def test_an_interrupted_import_goes_on(
    daily: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "comments.jsonl", [line(number) for number in range(100)])
    monkeypatch.setattr(importing_run, "BATCH", 5)
    add = importing_run.Importer.add

    def interrupted(self: importing_run.Importer, number: int, raw: bytes) -> bool:
        if number == 73:
            raise KeyboardInterrupt
        return add(self, number, raw)

    with monkeypatch.context() as patch:
        patch.setattr(importing_run.Importer, "add", interrupted)
        _, errors = run(path, code=2)
    assert errors.strip() == "Interrupted. Run the same command again to resume."
    assert Comment.objects.count() == 70
    output, errors = run(path)
    assert "Resuming after line 50." in errors
    assert "100 lines: 30 comments imported, 20 already there, 0 bad" in output
    assert Comment.objects.count() == 100
    assert Checkpoint("daily", str(path)).read() == (0, 0), "a complete import starts anew"


def test_the_form_of_labelled_sets_is_read(daily: Site, tmp_path: Path) -> None:
    path = write(
        tmp_path / "set.jsonl",
        [{"id": 7, "text": "Nice bridge.", "article_id": 3, "title": "A bridge", "lang": "en"}],
    )
    assert "1 comments imported" in run(path, "--format", "labelled")[0]
    comment = Comment.objects.get(external_id="7")
    assert comment.story.external_id == "3" and comment.story.title == "A bridge"


def start(tmp_path: Path, path: Path, **streams: Any) -> subprocess.Popen[str]:
    """Start the command as a process of its own on the database of this test."""
    base, _, query = os.environ["DATABASE_URL"].partition("?")
    name = configured.DATABASES["default"]["NAME"]
    url = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_comments", str(path), "--site", "daily"],
        env={**os.environ, "DATABASE_URL": url, "DATA_FOLDER": str(tmp_path / "var")},
        stderr=subprocess.PIPE,
        text=True,
        cwd=configured.BASE_DIR,
        **streams,
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_closed_pipe_is_one_line(daily: Site, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(tmp_path, write(tmp_path / "comments.jsonl", [line(1)]), stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 1 and "standard output is closed" in errors
    assert Comment.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_real_interrupt_leaves_one_line_and_no_traceback(daily: Site, tmp_path: Path) -> None:
    path = write(tmp_path / "comments.jsonl", [line(number) for number in range(40_000)])
    # A shell lets what it runs in the background ignore interrupts, and so the import would.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start(tmp_path, path, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, inherited)
    assert eventually(Comment.objects.exists)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert errors.strip().splitlines()[-1].startswith("Interrupted.")
    assert "Traceback" not in errors
    assert 0 < Comment.objects.count() < 40_000
