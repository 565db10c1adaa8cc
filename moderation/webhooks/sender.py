"""Sending what a delivery queue holds, at least once, each receiver in a lane of its own.

A message is claimed by a lease (the database's clock), sent, and marked only afterwards. After a
crash in between, the message is sent again. A receiver that hangs delays only its own messages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from django.db import close_old_connections, connection, connections

from moderation.webhooks.delivery_queue import LANE_SECONDS, Attempt, DeliveryQueue, Lane, Message
from moderation.webhooks.http_client import OutboundClient, OutboundFailed
from moderation.webhooks.ssrf import OutboundRefused

logger = logging.getLogger(__name__)

LANES = 32
BACKGROUND_LIMIT = 100_000


@dataclass(frozen=True)
class LaneEnd:
    """A lane has ended; `untried` are the messages that it did not send."""

    lane: Lane
    untried: tuple[int, ...]


def deliver_due(queue: DeliveryQueue[Any], limit: int = 500) -> Run:
    """Send up to about `limit` due messages; return the run, which counts the results.

    Safe to run at the same time in many processes. Returns when nothing more is due. A receiver
    that hangs holds only its own lane, for at most WEBHOOK_TIMEOUT_SECONDS.
    """
    run = Run(queue, limit=limit)
    with ThreadPoolExecutor(LANES, thread_name_prefix="deliver") as pool:
        try:
            while run.start_lanes(pool) or run.lanes.total():
                run.collect(seconds=0.5)
        finally:
            run.stop.set()
    return run


def deliver_in_background(queue: DeliveryQueue[Any]) -> bool:
    """Let a thread of this process send what is due; return whether a thread was started.

    For the worker: a receiver that hangs for WEBHOOK_TIMEOUT_SECONDS must not keep a process from
    scoring comments. A process that ends meanwhile loses no message: the leases expire.
    """
    if not connection.in_atomic_block:
        close_old_connections()  # a restart of PostgreSQL may have broken them
    if not queue.anything_due() or not queue.sending.acquire(blocking=False):
        return False
    threading.Thread(target=_deliver, args=[queue], daemon=True, name=queue.name).start()
    return True


def _deliver(queue: DeliveryQueue[Any]) -> None:
    try:
        deliver_due(queue, limit=BACKGROUND_LIMIT)
    except Exception:
        logger.exception("%s could not be delivered", queue.name)
    finally:
        connections.close_all()
        queue.sending.release()


@dataclass
class Run:
    """One run of `deliver_due`: the threads only send; claiming and marking happen here.

    It counts messages that were sent, that failed (to be tried again) and that were given up.
    """

    queue: DeliveryQueue[Any]
    limit: int
    sent: int = 0
    failed: int = 0
    dead: int = 0
    claimed: int = 0
    lanes: Counter[Lane] = field(default_factory=Counter)
    allowed: dict[Lane, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    results: SimpleQueue[Attempt | LaneEnd] = field(default_factory=SimpleQueue)

    def start_lanes(self, pool: ThreadPoolExecutor) -> bool:
        """Claim messages for the free lanes and start the lanes; return whether any started."""
        free = LANES - self.lanes.total()
        if self.claimed >= self.limit or free < 1:
            return False
        busy = [
            lane
            for lane in {*self.lanes, *self.allowed}
            if self.lanes[lane] >= self.allowed.get(lane, 1)
        ]
        claimed = self.queue.claim(busy=busy, lanes=free)
        self.claimed += sum(len(messages) for messages in claimed.values())
        for lane, messages in claimed.items():
            self.lanes[lane] += 1
            pool.submit(run_lane, lane, messages, self.results, self.stop)
        return bool(claimed)

    def collect(self, *, seconds: float) -> None:
        """Mark what the lanes report, waiting at most `seconds` for the first report."""
        sent: list[Attempt] = []
        try:
            report = self.results.get(timeout=seconds)
            while True:
                if isinstance(report, LaneEnd):
                    self.end_lane(report)
                elif report.sent:
                    sent.append(report)
                else:
                    self.mark_failure(report)
                report = self.results.get_nowait()
        except Empty:
            pass
        if sent:
            self.queue.mark_sent(sent)
            self.sent += len(sent)

    def end_lane(self, end: LaneEnd) -> None:
        """Free a lane; a receiver that accepted its messages may have several from now on."""
        self.lanes[end.lane] -= 1
        self.allowed.setdefault(end.lane, self.queue.lanes_per_receiver)
        if end.untried:
            self.queue.release(end.untried)

    def mark_failure(self, attempt: Attempt) -> None:
        """Postpone a message or give it up; call a receiver that is down no more in this run."""
        if attempt.receiver_fails:
            self.allowed[attempt.message.lane] = 0
        if self.queue.mark_failed(attempt):
            self.dead += 1
        else:
            self.failed += 1


def run_lane(
    lane: Lane,
    messages: list[Message],
    results: SimpleQueue[Attempt | LaneEnd],
    stop: threading.Event,
) -> None:
    """Send one receiver's messages in turn; stop at the first sign that the receiver is down."""
    started = time.monotonic()
    tried = 0
    try:
        with OutboundClient() as client:
            for message in messages:
                if stop.is_set() or time.monotonic() - started > LANE_SECONDS:
                    break
                tried += 1
                attempt = send(client, message)
                results.put(attempt)
                if attempt.receiver_fails:
                    break
    except Exception:
        # The message that broke the lane is due again when its lease ends.
        logger.exception("a delivery lane broke off")
    finally:
        results.put(LaneEnd(lane, tuple(message.pk for message in messages[tried:])))


def send(client: OutboundClient, message: Message) -> Attempt:
    """Send one message."""
    try:
        answer = client.post(message.url, content=message.body, headers=message.headers())
    except (OutboundRefused, OutboundFailed) as error:
        return Attempt(message, error=str(error))
    return Attempt(message, answer)
