"""Imports comments from a file in batches, each comment once, and reports bad lines.

Memory does not grow with the file. One transaction writes a comment and its decision, so you can
run an interrupted import again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO

from django.db import transaction

from moderation.decisions.decide_batch import BatchDecision, decide_batch
from moderation.importing.lines import (
    MAXIMUM_LINE_BYTES,
    NATIVE,
    ImportLine,
    format_error,
    read_line,
    read_record,
)
from moderation.intake.insert import Submitted
from moderation.intake.submit import submit_batch
from moderation.models import Site, Source
from moderation.platform.errors import ModerationError

BATCH = 1000


@dataclass
class ImportCounts:
    """The lines by result: stored now, already there, waiting for their parent, rejected."""

    stored: int = 0
    known: int = 0
    waiting: int = 0
    bad: int = 0


@dataclass
class Importer:
    """Stores lines and counts them; calls `refuse(number, reason)` for every bad line."""

    site: Site
    refuse: Callable[[int, str], None]
    form: str = NATIVE
    counts: ImportCounts = field(default_factory=ImportCounts)
    _batch: list[tuple[int, bytes, ImportLine]] = field(default_factory=list)
    # Replies that came before their parents; on disk, because they may be many.
    _waiting: IO[bytes] = field(default_factory=lambda: _spool())

    def add(self, number: int, raw: bytes) -> bool:
        """Add one line (without its line end); return whether it completed and wrote a batch."""
        if not raw.strip():
            return False
        try:
            line = read_line(read_record(raw, form=self.form))
        except ModerationError as error:
            self._refuse(number, format_error(error))
            return False
        self._batch.append((number, raw, line))
        if len(self._batch) < BATCH:
            return False
        self.write()
        return True

    def write(self) -> None:
        """Write the lines added so far."""
        batch, self._batch = self._batch, []
        for number, raw, error in self._store(batch):
            if error.code == "unknown_parent":
                self._waiting.write(b"%d %s\n" % (number, raw))
                self.counts.waiting += 1
            else:
                self._refuse(number, format_error(error))

    def finish(self) -> ImportCounts:
        """Write the rest, then the replies whose parents came later; return the counts."""
        self.write()
        while self.counts.waiting:
            before = self.counts.waiting
            waiting, self._waiting = self._waiting, _spool()
            self.counts.waiting = 0
            waiting.seek(0)
            with waiting:
                for entry in waiting:
                    number, raw = entry.rstrip(b"\n").split(b" ", 1)
                    self.add(int(number), raw)
            self.write()
            if self.counts.waiting == before:
                self._refuse_waiting()
        return self.counts

    def _refuse_waiting(self) -> None:
        self._waiting.seek(0)
        for entry in self._waiting:
            self._refuse(int(entry.split(b" ", 1)[0]), "parent_id: There is no such parent.")
        self.counts.waiting = 0

    def _refuse(self, number: int, reason: str) -> None:
        self.counts.bad += 1
        self.refuse(number, reason)

    def _store(
        self, batch: list[tuple[int, bytes, ImportLine]]
    ) -> list[tuple[int, bytes, ModerationError]]:
        """Write a batch; return the rejected lines."""
        refused = []
        decisions = []
        with transaction.atomic():
            results = submit_batch(self.site, [line.submission for _, _, line in batch])
            stored = known = 0
            for (number, raw, line), result in zip(batch, results, strict=True):
                if not isinstance(result, Submitted):
                    refused.append((number, raw, result))
                elif result.replayed:
                    known += 1
                else:
                    stored += 1
                    if line.status:
                        decisions.append(_decision(result.comment_id, line))
            if decisions:
                decide_batch(decisions)
        self.counts.stored += stored
        self.counts.known += known
        return refused


def _spool() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _decision(comment_pk: int, line: ImportLine) -> BatchDecision:
    assert line.status is not None
    return BatchDecision(
        comment_pk=comment_pk,
        expected_version=1,
        status=line.status,
        source=Source.IMPORT,
        clauses=line.clauses,
        note="Decided before the import.",
    )


def import_records(site: Site, lines: Iterable[bytes]) -> ImportCounts:
    """Import lines that must all be good; raises ValueError with the first bad line."""

    def refuse(number: int, reason: str) -> None:
        raise ValueError(f"line {number}: {reason}")

    importer = Importer(site, refuse)
    for number, raw in enumerate(lines, start=1):
        importer.add(number, raw)
    return importer.finish()


def read_lines(stream: IO[bytes]) -> Iterable[bytes]:
    """Yield the lines of a stream without their ends, and a part of a line that is too long.

    The part is longer than MAXIMUM_LINE_BYTES, so that `read_record` rejects it as too long.
    """
    while raw := stream.readline(MAXIMUM_LINE_BYTES + 2):
        whole = raw.endswith(b"\n")
        yield raw.rstrip(b"\r\n")
        while not whole:
            rest = stream.readline(MAXIMUM_LINE_BYTES)
            whole = not rest or rest.endswith(b"\n")
