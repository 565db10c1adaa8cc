"""`manage.py up`, second start: seconds from the command to the first page."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.stack import ROOT, free_port


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Start twice in a scratch folder and print both times; returns them in seconds."""
    argparse.ArgumentParser(prog="startup", description=__doc__).parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="moderato-start-"))
    folder.chmod(0o755)
    try:
        figures = {f"{name} start s": _start(folder) for name in ("first", "second")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, value in figures.items():
        print(f"{name:<36} {value:10,.2f}")
    return figures


def _start(folder: Path) -> float:
    port = free_port()
    started = time.perf_counter()
    with (folder / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        while time.perf_counter() - started < 120:
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5) as page:
                    page.read()
                return time.perf_counter() - started
            except OSError:
                time.sleep(0.05)
        raise TimeoutError((folder / "up.log").read_text()[-2000:])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


if __name__ == "__main__":
    main()
