"""`make bench`: every benchmark, or those named; the figures that docs/benchmarks.md quotes."""

from __future__ import annotations

import argparse
import os
import platform
import time

from tests.bench import (
    drain,
    latency,
    queue_pages,
    review_room,
    scoring_door,
    startup,
    submission,
)

BENCHMARKS = {
    "submission": submission.main,
    "latency": latency.main,
    "drain": drain.main,
    "queue_pages": queue_pages.main,
    "review_room": review_room.main,
    "scoring_door": scoring_door.main,
    "startup": startup.main,
}


def main() -> None:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}"
    )
    for name in names:
        module = BENCHMARKS[name]
        print(f"\n== {name}", flush=True)
        module([])


if __name__ == "__main__":
    main()
