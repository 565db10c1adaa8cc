"""Draining a backlog: N pending comments are scored, judged, decided and put into the outbox.

Builds the backlog in a scratch database (PostgreSQL with its safe settings), then drains it: in
one process with the time of each phase, or in several at once. Prints comments a second, and how
memory moved between the first and the last quarter.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import os
import pstats
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import psycopg

from tests.stack import PYTHON, ROOT, Stack

STORIES, AUTHORS = 40, 5000
START = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECTS = (
    "The council", "My neighbour", "Every commuter I know", "The mayor's office", "Our school",
    "The bus company", "Anyone who shops at the market", "The association of drivers",
    "A reasonable person", "The editor of this paper", "Half of the street", "The planner",
)  # fmt: skip
VERBS = (
    "has ignored", "should finally read", "will pay for", "never understood", "asked twice about",
    "deserves credit for", "is plainly wrong about", "keeps repeating", "could have avoided",
    "voted against", "was promised", "laughs about",
)  # fmt: skip
OBJECTS = (
    "the closing of Mill Street", "a bridge that nobody needs", "the new timetable",
    "what the report says on page nine", "the price of a parking place", "cleaner air",
    "the deliveries before ten", "this idiotic plan", "an honest count of the cars",
    "the people who live there", "the shops by the river", "another study",
)  # fmt: skip


def sentences(chance: random.Random, length: int) -> str:
    """Return sentences of at least `length` characters in all."""
    text = ""
    while len(text) < length:
        number = chance.randrange(2, 400)
        text += (
            f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}, "
            f"and {number} of us know it. "
        )
    return text.strip()


def fill(url: str, count: int) -> None:
    """Put `count` pending comments of about 300 characters into the queue, a fifth of them replies.

    Forty stories of 3,000 characters, 5,000 authors, one webhook that wants every event.
    """
    chance = random.Random(1)
    with psycopg.connect(url) as connection:
        site = connection.execute(
            "INSERT INTO moderation_site (slug, name, reader_pages)"
            " VALUES ('bench', 'Bench', false) RETURNING id"
        ).fetchone()[0]
        connection.execute(
            "INSERT INTO moderation_webhookendpoint"
            " (site_id, url, secrets, events, disabled_reason)"
            " VALUES (%s, 'https://publisher.example/hook', '{}', '{}', '')",
            [site],
        )
        connection.execute(
            "INSERT INTO moderation_author (site_id, external_id, name)"
            " SELECT %s, 'a' || n, 'Reader ' || n FROM generate_series(1, %s) n",
            [site, AUTHORS],
        )
        for number in range(1, STORIES + 1):
            connection.execute(
                "INSERT INTO moderation_story"
                " (site_id, external_id, url, title, body, section, state, published_at)"
                " VALUES (%s, %s, '', %s, %s, 'City', 'open', now())",
                [site, f"s{number}", sentences(chance, 40), sentences(chance, 3000)],
            )
        columns = (
            "id, site_id, story_id, author_id, parent_id, external_id, fingerprint, author_name,"
            " body, submitted_at"
        )
        with connection.cursor().copy(f"COPY moderation_comment ({columns}) FROM STDIN") as copy:
            for number in range(1, count + 1):
                story = chance.randrange(1, STORIES + 1)
                parent = chance.randrange(1, number) if number > 1 and number % 5 == 0 else None
                copy.write_row((
                    number, site, story, chance.randrange(1, AUTHORS + 1), parent, f"c{number}",
                    hashlib.sha256(str(number).encode()).digest(), "", sentences(chance, 270),
                    START + number * timedelta(seconds=10),
                ))  # fmt: skip
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('moderation_comment', 'id'), %s)", [count]
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


class Phases:
    """The time spent in each phase, by wrapping the functions that are its doors."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def wrap(self, owner: Any, name: str, phase: str) -> None:
        """Count the time in `owner.name` under `phase`."""
        inner: Callable[..., Any] = getattr(owner, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            begin = time.perf_counter()
            try:
                return inner(*arguments, **named)
            finally:
                self.seconds[phase] += time.perf_counter() - begin

        setattr(owner, name, timed)


def drain_here(*, profile: bool) -> None:
    """Drain in this process and print rate, phases and memory. Run with the stack's environment."""
    import django  # noqa: PLC0415 (the environment names the database only now)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from moderation.models import Site  # noqa: PLC0415
    from moderation.policy_versions import live  # noqa: PLC0415
    from moderation.scoring import drain, site_classifier  # noqa: PLC0415

    live.ensure_default(Site.objects.get())
    site_classifier.classifier_for(Site.objects.get().pk)
    phases = Phases()
    for owner, name, phase in (
        (drain, "claim_due", "claim"),
        (drain, "gather_by_site", "gather"),
        (site_classifier.SiteClassifier, "score_batch", "score"),
        (drain, "_decision", "evaluate"),
        (drain, "decide_batch", "write"),
    ):
        phases.wrap(owner, name, phase)
    process, memory, total = psutil.Process(), [], 0
    profiler = cProfile.Profile() if profile else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    burnt = [sum(each.cpu_times()[:2]) for each in (process, backend)]
    begin = time.perf_counter()
    if profiler:
        profiler.enable()
    while handled := drain.score_batch():
        total += handled
        memory.append(process.memory_info().rss)
    took = time.perf_counter() - begin
    own, server = (
        (sum(each.cpu_times()[:2]) - before) / max(total, 1) * 1e6
        for each, before in zip((process, backend), burnt, strict=True)
    )
    if profiler:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)
    quarter = max(1, len(memory) // 4)
    grown = sum(memory[-quarter:]) / quarter - sum(memory[quarter : 2 * quarter]) / quarter
    spent = " ".join(f"{name} {value / took:.0%}" for name, value in phases.seconds.items())
    print(
        f"drained {total} in {took:.1f} s: {total / max(took, 1e-9):,.0f} comments/s; {spent}; "
        f"processor time a comment: {own:.0f} µs here, {server:.0f} µs in PostgreSQL; "
        f"memory {memory[-1] / 2**20:.0f} MiB, {grown / 2**20:+.1f} MiB from the second to the "
        "last quarter"
        if memory
        else "nothing to drain",
        flush=True,
    )


def drain_in_processes(stack: Stack, processes: int, *, profile: bool) -> float:
    """Drain with several processes; return the seconds from first claim to last decision."""
    command = [PYTHON, "-m", "tests.bench.drain", "--here", *(["--profile"] if profile else [])]
    running = [subprocess.Popen(command, cwd=ROOT, env=stack.environment) for _ in range(processes)]
    if any(process.wait() for process in running):
        raise RuntimeError("a drain failed")
    # From the first claim on: a claim leaves its time in `due_at`, minus the lease.
    return float(
        stack.sql(
            "SELECT extract(epoch FROM max(d.created_at) - min(c.due_at) + interval '60 s')"
            " FROM moderation_decision d JOIN moderation_comment c ON c.id = d.comment_id"
        )[0][0]
    )


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run the benchmark; returns the figures by name."""
    parser = argparse.ArgumentParser(prog="drain", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.here:
        drain_here(profile=options.profile)
        return {}
    figures: dict[str, float] = {}
    for processes in sorted({1, options.processes}):
        with Stack.scratch() as stack:
            assert stack.postgres
            fill(stack.postgres.url, options.count)
            took = drain_in_processes(stack, processes, profile=options.profile)
            decided = stack.sql("SELECT status, count(*) FROM moderation_comment GROUP BY 1")
            rate = options.count / took
            print(
                f"drain, {processes} process(es): {rate:,.0f} comments/s; "
                f"{dict(sorted(decided))}; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            figures[f"drain_{processes}"] = rate
    return figures


if __name__ == "__main__":
    main(sys.argv[1:])
