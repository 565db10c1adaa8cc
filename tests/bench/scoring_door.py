"""The Perspective door on one core: requests a second with six attributes, latency, start, memory.

The web process has one core for itself (its affinity), the load comes from the others. Beside it,
on one core too, a transformer of the size of Detoxify's reads the same comment.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np
import psutil

from tests.bench.load import Request, closed_loop, open_loop, post
from tests.bench.peers import COMMENT
from tests.bench.peers.transformer import WIDTH, Transformer
from tests.stack import Stack

ATTRIBUTES = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
CONNECTIONS = (1, 8, 32)
# WordPiece tokens per character of English prose, about.
CHARACTERS_PER_TOKEN = 4.5
PEER_TEXTS = 10


def analyze(key: str, run: str) -> Request:
    """A request for the six production attributes of a comment that nobody has sent before."""

    def request(number: int) -> bytes:
        body = {
            "comment": {"text": COMMENT.format(f"{run}-{number}")},
            "requestedAttributes": {name: {} for name in ATTRIBUTES},
            "languages": ["en"],
            "doNotStore": True,
        }
        return post(f"/v1alpha1/comments:analyze?key={key}", json.dumps(body).encode())

    return request


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run the benchmark and print its table; returns the figures by name."""
    parser = argparse.ArgumentParser(prog="scoring_door", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(arguments)
    cores = sorted(os.sched_getaffinity(0))
    figures: dict[str, float] = {}
    with Stack.scratch(RATE_LIMIT_PER_MINUTE="100000000", WARM_CLASSIFIER="true") as stack:
        stack.manage("create_site", "bench", "Bench")
        key = stack.manage("create_key", "bench", "--name", "bench").split()[-1]
        figures |= start(stack, analyze(key, "first"), core=cores[0])
        # The load generator must not take the web process's core, where there is another one.
        os.sched_setaffinity(0, set(cores[1:]) or set(cores))
        figures |= _load(stack, key, options.seconds)
        figures["memory after load MB"] = _megabytes(stack)
        stack.kill("web")
    os.sched_setaffinity(0, set(cores[:1]))
    if not options.no_peers:
        figures |= _peer(figures["requests per processor second"])
    os.sched_setaffinity(0, set(cores))
    for name, value in figures.items():
        print(f"{name:<36} {value:10,.2f}")
    return figures


def start(stack: Stack, request: Request, *, core: int) -> dict[str, float]:
    """Start the web process on one core; seconds to its first score, and its memory."""
    begun = time.perf_counter()
    process = stack.start("web")
    psutil.Process(process.pid).cpu_affinity([core])
    stack.wait_for_web()
    first = closed_loop(stack.port, request, connections=1, seconds=0.01)
    assert first.refused == 0, "the first request was refused"
    seconds = time.perf_counter() - begun
    return {"start to first score s": seconds, "memory at start MB": _megabytes(stack)}


def _megabytes(stack: Stack) -> float:
    """Return the resident memory of the web process that serves: the largest of its family."""
    web = psutil.Process(stack.processes["web"].pid)
    family = [web, *web.children(recursive=True)]
    return max(process.memory_info().rss for process in family) / 2**20


def _busy(stack: Stack) -> float:
    """Return the seconds of processor time that the web process has used so far."""
    web = psutil.Process(stack.processes["web"].pid)
    times = [process.cpu_times() for process in (web, *web.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _load(stack: Stack, key: str, seconds: float) -> dict[str, float]:
    port = stack.port
    closed_loop(port, analyze(key, "warm"), connections=8, seconds=2.0)
    best = densest = 0.0
    for connections in CONNECTIONS:
        run, before = analyze(key, f"c{connections}"), _busy(stack)
        outcome = closed_loop(port, run, connections=connections, seconds=seconds)
        # What a core to itself would do: other programs on this machine do not count in it.
        dense = (len(outcome.seconds) - outcome.refused) / (_busy(stack) - before)
        print(
            f"{'moderato':<24} {connections:3} clients {outcome.line()}   "
            f"{dense:,.0f} a second of its processor time",
            flush=True,
        )
        best, densest = max(best, outcome.rate), max(densest, dense)
    steady = open_loop(port, analyze(key, "steady"), rate=0.8 * best, seconds=seconds)
    print(f"{'moderato at 80 % load':<36} {steady.line()}", flush=True)
    return {
        "requests per second": best,
        "requests per processor second": densest,
        "p50 ms at 80 %": steady.percentile(0.5),
        "p99 ms at 80 %": steady.percentile(0.99),
    }


def _peer(ours: float) -> dict[str, float]:
    tokens = round(len(COMMENT) / CHARACTERS_PER_TOKEN)
    text = np.random.default_rng(1).standard_normal((tokens, WIDTH), dtype=np.float32)
    transformer = Transformer()
    transformer.score(text)
    begun = time.process_time()
    for _ in range(PEER_TEXTS):
        transformer.score(text)
    rate = PEER_TEXTS / (time.process_time() - begun)
    return {"transformer texts per processor second": rate, "times the transformer": ours / rate}


if __name__ == "__main__":
    main()
