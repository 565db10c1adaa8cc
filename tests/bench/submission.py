"""Submission over HTTP: comments a second and latency, beside Isso and django-contrib-comments.

Same work on both sides: one comment of about 300 characters per request, checked and stored, one
server process, keep-alive connections, peers and Moderato one after the other in one run.
"""

from __future__ import annotations

import argparse
import json

from tests.bench import peers
from tests.bench.load import Outcome, Request, closed_loop, open_loop, post
from tests.bench.peers import COMMENT
from tests.stack import Stack

CONNECTIONS = (1, 8, 32)


def moderato_request(key: str, run: str) -> Request:
    """A submission with an id of its own, as a publisher sends it."""

    def request(number: int) -> bytes:
        body = {
            "id": f"{run}-{number}",
            "story": {"id": "story-1"},
            "author": {"id": f"reader-{number % 5000}", "name": "Ravi"},
            "body": COMMENT.format(number),
        }
        return post("/api/v1/comments", json.dumps(body).encode(), f"Authorization: Bearer {key}")

    return request


def measure(
    name: str, port: int, request_for, *, seconds: float, counts: tuple[int, ...] = CONNECTIONS
) -> dict[int, Outcome]:
    """Warm the server up, then run the closed loop for each number of connections."""
    closed_loop(port, request_for(f"{name}-warm"), connections=4, seconds=1.5)
    outcomes = {}
    for connections in counts:
        outcome = closed_loop(
            port,
            request_for(f"{name}-{connections}"),
            connections=connections,
            seconds=seconds,
        )
        outcomes[connections] = outcome
        print(f"{name:<24} {connections:3} clients {outcome.line()}", flush=True)
    return outcomes


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run the benchmark and print its table; returns the figures by name."""
    parser = argparse.ArgumentParser(prog="submission", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(arguments)
    figures: dict[str, float] = {}
    with Stack.scratch(RATE_LIMIT_PER_MINUTE="100000000") as stack:
        stack.manage("create_site", "bench", "Bench")
        key = stack.manage("create_key", "bench", "--name", "bench").split()[-1]
        stack.start("web")
        stack.wait_for_web()
        ours = measure(
            "moderato",
            stack.port,
            lambda run: moderato_request(key, run),
            seconds=options.seconds,
        )
        stored = stack.sql("SELECT count(*) FROM moderation_comment")[0][0]
        best = max(outcome.rate for outcome in ours.values())
        steady = open_loop(
            stack.port,
            moderato_request(key, "steady"),
            rate=0.8 * best,
            seconds=options.seconds,
        )
        print(f"{'moderato at 80 % load':<36} {steady.line()}   {stored:,} rows stored before")
        figures |= {
            "submissions per second": best,
            "p50 ms at 80 %": steady.percentile(0.5),
            "p99 ms at 80 %": steady.percentile(0.99),
        }
        stack.kill("web")
        if not options.no_peers:
            for name, peer in (
                ("isso", peers.isso(stack.folder)),
                ("django-contrib-comments", peers.contrib_comments(stack)),
            ):
                with peer as (port, request):
                    theirs = measure(
                        name,
                        port,
                        lambda run, request=request: _numbered(request, run),
                        seconds=options.seconds,
                        counts=(8,),
                    )
                figures[f"times {name}"] = best / max(outcome.rate for outcome in theirs.values())
    for name, value in figures.items():
        print(f"{name:<36} {value:10,.2f}")
    return figures


def _numbered(request: Request, run: str) -> Request:
    # Peers refuse repeated texts: each run counts from a number of its own.
    offset = abs(hash(run)) % 1_000_000 * 1000
    return lambda number: request(offset + number)


if __name__ == "__main__":
    main()
