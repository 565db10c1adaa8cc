"""Idle system, one comment at a time: from sending it to its decision, beside the bare insert.

The bare insert is one row of the same size into a plain table over one connection: what the disk
and PostgreSQL take at least.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time

import psycopg

from tests.bench.peers import COMMENT
from tests.stack import Stack

PAUSE = 0.05


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run the benchmark and print its table; returns the figures by name (milliseconds)."""
    parser = argparse.ArgumentParser(prog="latency", description=__doc__)
    parser.add_argument("--comments", type=int, default=200)
    options = parser.parse_args(arguments)
    with Stack.scratch() as stack:
        stack.manage("create_site", "bench", "Bench")
        key = stack.manage("create_key", "bench", "--name", "bench").split()[-1]
        for name in ("web", "worker"):
            stack.start(name)
        stack.wait_for_web()
        assert stack.postgres
        with psycopg.connect(stack.postgres.url, autocommit=True) as database:
            database.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body text)")
            _submit_and_wait(stack.port, key, database, "warm", 20)
            decided, accepted, inserted = [], [], []
            for number in range(options.comments):
                inserted.append(_insert(database, number))
                first, second = _submit_and_wait(stack.port, key, database, f"c{number}", 1)
                accepted.append(first)
                decided.append(second)
                time.sleep(PAUSE)
    figures = {
        "bare insert p50 ms": statistics.median(inserted),
        "accepted p50 ms": statistics.median(accepted),
        "decided p50 ms": statistics.median(decided),
        "decided p95 ms": sorted(decided)[int(0.95 * len(decided))],
    }
    figures["decided minus bare p50 ms"] = figures["decided p50 ms"] - figures["bare insert p50 ms"]
    for name, value in figures.items():
        print(f"{name:<36} {value:10,.2f}")
    return figures


def _insert(database: psycopg.Connection, number: int) -> float:
    started = time.perf_counter()
    database.execute("INSERT INTO bare (body) VALUES (%s)", [COMMENT.format(number)])
    return 1000 * (time.perf_counter() - started)


def _submit_and_wait(
    port: int, key: str, database: psycopg.Connection, prefix: str, count: int
) -> tuple[float, float]:
    """Submit `count` comments; milliseconds until the last was accepted, and decided."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for number in range(count):
        name = f"{prefix}-{number}"
        body = {
            "id": name,
            "story": {"id": "story", "title": "The second bridge", "body": COMMENT.format(0)},
            "author": {"id": "ravi", "name": "Ravi"},
            "body": COMMENT.format(name),
        }
        started = time.perf_counter()
        connection.request("POST", "/api/v1/comments", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202, answer.status
        accepted = time.perf_counter()
        question = "SELECT status FROM moderation_comment WHERE external_id = %s"
        while database.execute(question, [name]).fetchone()[0] == "pending":
            time.sleep(0.0005)
    return 1000 * (accepted - started), 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
