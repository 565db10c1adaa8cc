"""Break everything under load, then count what was lost. `make chaos`, or longer: SECONDS=600.

Submitters and moderators work while Redis is killed, flushed, frozen and fed garbage, PostgreSQL
is restarted without warning, and web, worker, its children and beat are killed. Afterwards every
accepted comment must be stored once, scored once, decided once, and every decision delivered.

`--no-sweep` leaves beat out: the run must then find comments that nobody scored, or the test
itself would be worth nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil

from moderation.standalone import start_postgres, start_redis
from tests.faults.ledger import (
    Ledger,
    moderate_until_stopped,
    submit_until_stopped,
    verdict,
)
from tests.faults.moderators import two_at_once
from tests.receiver import Receiver, status
from tests.stack import Stack

STUCK = """
SELECT count(*), attempts, round(extract(epoch FROM min(due_at) - now())) || ' to '
    || round(extract(epoch FROM max(due_at) - now())) || ' s until due', last_error,
    round(extract(epoch FROM max(paused_until) - now())) || ' s of pause'
FROM moderation_delivery d JOIN moderation_webhookendpoint e ON e.id = d.endpoint_id
WHERE state = 'due' GROUP BY attempts, last_error
"""
SUBMITTERS = 6
# Ends early once all is done. A delivery may wait for a lease and then for a pause of its endpoint.
DRAIN_SECONDS = 240


class Faults:
    """What can break, each as a method; all of them heal within a few seconds."""

    def __init__(self, stack: Stack, *, beat: bool) -> None:
        self.stack = stack
        self.beat = beat
        self.done: Counter[str] = Counter()

    def redis_killed(self) -> None:
        """Redis dies and comes back; what it had not written is gone."""
        self.stack.redis.process.kill()
        self.stack.redis.process.wait()
        time.sleep(random.uniform(0.2, 2))
        self.stack.redis = start_redis(self.stack.folder / "redis")

    def redis_flushed(self) -> None:
        """Somebody empties Redis."""
        self.stack.redis_client().flushall()

    def redis_frozen(self) -> None:
        """Redis accepts connections and answers nothing."""
        self.stack.redis.process.send_signal(signal.SIGSTOP)
        time.sleep(random.uniform(1, 4))
        self.stack.redis.process.send_signal(signal.SIGCONT)

    def redis_fed_garbage(self) -> None:
        """A message that is none."""
        self.stack.redis_client().lpush("moderato:moderato", "garbage{")

    def redis_rung_wildly(self) -> None:
        """The same message fifty times."""
        self.stack.notify(times=50)

    def postgres_restarted(self) -> None:
        """PostgreSQL stops at once, connections and transactions with it, and recovers."""
        self.stack.postgres.process.send_signal(signal.SIGQUIT)
        self.stack.postgres.process.wait()
        self.stack.postgres = start_postgres(self.stack.folder / "postgres")

    def web_killed(self) -> None:
        """The web process and its children die with their requests."""
        self.stack.kill("web")
        self.stack.start("web")

    def worker_killed(self) -> None:
        """The whole worker dies with its batch."""
        self.stack.kill("worker")
        self.stack.start("worker")

    def worker_child_killed(self) -> None:
        """One process of the worker's pool dies with its batch."""
        children = psutil.Process(self.stack.processes["worker"].pid).children(recursive=True)
        if children:
            random.choice(children).kill()

    def beat_killed(self) -> None:
        """The clock dies and comes back."""
        if self.beat:
            self.stack.kill("beat")
            self.stack.start("beat")

    def all(self) -> list[Callable[[], None]]:
        """Every kind of fault."""
        return [
            *(self.redis_killed, self.redis_flushed, self.redis_frozen),
            *(self.redis_fed_garbage, self.redis_rung_wildly, self.postgres_restarted),
            *(self.web_killed, self.worker_killed, self.worker_child_killed, self.beat_killed),
        ]

    def rage(self, seconds: float) -> None:
        """One fault after the other, each kind as often as the others, for `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for fault in random.sample(self.all(), len(self.all())):
                if time.monotonic() >= end:
                    return
                fault()
                self.done[fault.__name__] += 1
                self.supervise()
                time.sleep(random.uniform(0.2, 1.0))

    def supervise(self) -> None:
        """Restart what ended by itself, as the supervisor of every installation does."""
        for name, process in list(self.stack.processes.items()):
            if process.poll() is not None:
                self.stack.kill(name)
                self.stack.start(name)


def main(arguments: list[str] | None = None) -> int:
    """Run the test; returns 0 when nothing was lost (with --no-sweep: when a loss was found)."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--no-sweep", action="store_true")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.randrange(10_000)
    random.seed(seed)
    print(f"chaos for {options.seconds:.0f} s, seed {seed}", flush=True)
    with (
        Receiver(status(204)) as receiver,
        Stack.scratch(
            WEBHOOK_ALLOW_PRIVATE="1",
            RATE_LIMIT_PER_MINUTE="10000000",
            SCORING_LEASE_SECONDS="10",
            PUBLISHING_HOLD_SECONDS="1",
            DELIVER_SECONDS="1",
        ) as stack,
    ):
        return _run(stack, receiver, options)


def _run(stack: Stack, receiver: Receiver, options: argparse.Namespace) -> int:
    stack.manage("create_site", "daily", "The Daily")
    key = stack.manage("create_key", "daily", "--name", "chaos").split()[-1]
    stack.manage("webhook", "add", receiver.url, "--site", "daily")
    names = ["web", "worker"] if options.no_sweep else ["web", "worker", "beat"]
    for name in names:
        stack.start(name)
    stack.wait_for_web()
    ledger = Ledger()
    press = two_at_once(stack.environment)
    people = [
        threading.Thread(
            target=submit_until_stopped, args=(ledger, stack.port, key, who, 0.01), daemon=True
        )
        for who in range(SUBMITTERS)
    ] + [
        threading.Thread(target=moderate_until_stopped, args=(ledger, presser), daemon=True)
        for presser in press
    ]
    for person in people:
        person.start()
    faults = Faults(stack, beat=not options.no_sweep)
    faults.rage(options.seconds)
    ledger.stop.set()
    for person in people:
        person.join(30)
    started = time.monotonic()
    found = _settle(faults, ledger, 40 if options.no_sweep else DRAIN_SECONDS)
    _report(ledger, faults, found, time.monotonic() - started, len(receiver.got))
    wrong = {name: count for name, count in found.items() if count}
    if options.no_sweep:
        print("as it must without the sweep" if found["unscored"] else "THE TEST HAS NO TEETH")
        return 0 if found["unscored"] else 1
    if wrong:
        print(f"FAILED: {wrong}")
        for row in stack.sql(STUCK):
            print(*row, sep="  ")
        if os.environ.get("KEEP_LOGS"):
            os.system(f"tail -n 20 {stack.folder}/*.log")
    else:
        print("nothing lost, nothing doubled, nothing left undone")
    return 1 if wrong else 0


def _settle(faults: Faults, ledger: Ledger, seconds: float) -> dict[str, int]:
    """Wait until nothing is left to do, at most `seconds`, and return what is wrong.

    The last fault may end a process only now: garbage in the broker ends a worker that reads it.
    """
    deadline = time.monotonic() + seconds
    while True:
        faults.supervise()
        found = verdict(ledger, faults.stack.sql)
        if not any(found.values()) or time.monotonic() > deadline:
            return found
        time.sleep(1)


def _report(
    ledger: Ledger, faults: Faults, found: dict[str, int], settled: float, delivered: int
) -> None:
    latencies = sorted(ledger.latencies) or [0.0]
    print(f"faults: {sum(faults.done.values())} {dict(faults.done)}")
    print(f"answers to submissions (0: none): {dict(ledger.answers)}")
    print(f"moderators were told: {dict(ledger.pressed)}")
    print(
        f"accepted {len(ledger.accepted):,}, p50 {1000 * latencies[len(latencies) // 2]:.0f} ms, "
        f"p99 {1000 * latencies[int(0.99 * (len(latencies) - 1))]:.0f} ms; "
        f"settled {settled:.0f} s after the last fault; {delivered:,} webhooks received"
    )
    print("  ".join(f"{name} {count}" for name, count in found.items()))


if __name__ == "__main__":
    sys.exit(main())
