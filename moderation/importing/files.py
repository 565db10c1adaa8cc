"""Import files as streams: plain or gzip, from the disk or standard input, resumable."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from moderation.platform.errors import Invalid
from moderation.standalone.local_env import write_private

GZIP_MAGIC = b"\x1f\x8b"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
STANDARD_INPUT = "-"


@dataclass
class ImportFile:
    """An opened import file: `stream` has its unpacked bytes, `raw` those on the disk."""

    stream: IO[bytes]
    raw: IO[bytes]
    size: int | None

    def bytes_read(self) -> int:
        """Return the number of bytes read from the disk, for a progress bar."""
        return self.raw.tell() if self.size is not None else 0


@contextlib.contextmanager
def open_import(name: str) -> Iterator[ImportFile]:
    """Open a file by its path, or standard input as `-`, and unpack gzip.

    Raises `Invalid` for UTF-16, and OSError.
    """
    if name == STANDARD_INPUT:
        raw: IO[bytes] = sys.stdin.buffer
        size = None
    else:
        raw = open(name, "rb")  # noqa: SIM115 closed below
        size = os.fstat(raw.fileno()).st_size
    with raw:
        buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
        start = buffered.peek(4)[:4]
        if start.startswith(UTF16_MARKS):
            raise Invalid("The file is UTF-16; convert it to UTF-8 first.")
        stream: IO[bytes] = buffered
        if start.startswith(GZIP_MAGIC):
            stream = gzip.GzipFile(fileobj=buffered)  # type: ignore[assignment]
        yield ImportFile(stream, buffered, size)


class Checkpoint:
    """The place where an interrupted import resumes.

    It only saves time: lines that are read twice are stored once.
    """

    def __init__(self, site: str, name: str) -> None:
        self.path: Path | None = None
        if name != STANDARD_INPUT:
            file = Path(name).resolve()
            facts = file.stat()
            identity = f"{site}\0{file}\0{facts.st_size}\0{facts.st_mtime_ns}"
            digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
            self.path = Path(settings.DATA_FOLDER) / "imports" / f"{digest}.json"

    def read(self) -> tuple[int, int]:
        """Return the number of lines done and the offset after them (unpacked bytes)."""
        if self.path is None:
            return 0, 0
        try:
            place = json.loads(self.path.read_text())
            return int(place["lines"]), int(place["offset"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, 0

    def write(self, lines: int, offset: int) -> None:
        """Store the place; does nothing if the folder is not writable."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                write_private(self.path, json.dumps({"lines": lines, "offset": offset}))

    def clear(self) -> None:
        """Delete the place: the import is complete."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
