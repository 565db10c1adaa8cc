"""A file with the addresses of the running servers, for `manage.py` in another terminal.

`make run` writes KEY=VALUE lines (DATABASE_URL, REDIS_URL, SECRET_KEY) that only the owner can
read. Values in the environment and in `.env` override them.
"""

from __future__ import annotations

import os
from pathlib import Path

FILE_NAME = "env"


def read_local(folder: Path) -> dict[str, str]:
    """Return the values in `folder`/env; empty when there are none or we may not read them."""
    try:
        lines = (folder / FILE_NAME).read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write_local(folder: Path, values: dict[str, str]) -> None:
    """Write `values` to `folder`/env with mode 0600, all at once."""
    write_private(folder / FILE_NAME, "".join(f"{name}={values[name]}\n" for name in values))


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` with mode 0600; a reader sees all of it or nothing."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
