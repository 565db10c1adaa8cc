"""Telling publishers of decisions: signed webhooks, at least once, as Standard Webhooks says.

A delivery is claimed by a lease (the database's clock), sent, and marked only afterwards: a crash
in between sends it again under the same `webhook-id`. Each endpoint has its own lane, so that one
that hangs keeps nobody else waiting.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import close_old_connections, connection, connections
from django.db.models.functions import Now
from standardwebhooks import Webhook

from moderation.models import Delivery
from moderation.webhooks.deliveries import (
    LANE_SECONDS,
    Attempt,
    DueDelivery,
    anything_due,
    claim,
    mark_failed,
    mark_sent,
    release,
)
from moderation.webhooks.http_client import OutboundClient, OutboundFailed
from moderation.webhooks.ssrf import OutboundRefused

logger = logging.getLogger(__name__)

LANES = 32
LANES_PER_ENDPOINT = 4
USER_AGENT = "Moderato-Webhooks/1"
BACKGROUND_LIMIT = 100_000

_delivering = threading.Lock()


@dataclass(frozen=True)
class LaneEnd:
    """A lane has ended; `left` are the deliveries that it did not try."""

    endpoint: int
    left: tuple[int, ...]


@dataclass(frozen=True)
class DeliveryCounts:
    """What one run did: deliveries sent, failed (to be tried again) and given up."""

    sent: int
    failed: int
    dead: int


def deliver_due(limit: int = 500) -> DeliveryCounts:
    """Send up to about `limit` due deliveries and return what became of them.

    Safe to run at the same time in many processes. Returns when nothing more is due; a receiver
    that hangs holds only its own lane, for at most WEBHOOK_TIMEOUT_SECONDS.
    """
    run = Run(limit=limit)
    with ThreadPoolExecutor(LANES, thread_name_prefix="deliver") as pool:
        try:
            while run.start_lanes(pool) or run.lanes.total():
                run.collect(seconds=0.5)
        finally:
            run.stop.set()
    return DeliveryCounts(sent=run.sent, failed=run.failed, dead=run.dead)


def deliver_in_background() -> bool:
    """Let a thread of this process send what is due; return whether one was started.

    For the worker: a receiver that hangs for WEBHOOK_TIMEOUT_SECONDS must not keep a process from
    scoring comments. A process that ends meanwhile loses nothing but time: the leases run out.
    """
    if not connection.in_atomic_block:
        close_old_connections()  # one that a restart of PostgreSQL has broken
    if not anything_due() or not _delivering.acquire(blocking=False):
        return False
    threading.Thread(target=_deliver_and_release, daemon=True, name="deliver").start()
    return True


def _deliver_and_release() -> None:
    try:
        deliver_due(limit=BACKGROUND_LIMIT)
    except Exception:
        logger.exception("webhooks could not be delivered")
    finally:
        connections.close_all()
        _delivering.release()


def resend(delivery: Delivery) -> None:
    """Send a delivery again from the first attempt, under its `webhook-id`."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DUE, attempts=0, due_at=Now(), sent_at=None
    )


@dataclass
class Run:
    """One run of `deliver_due`: the threads only send; claiming and marking happen here."""

    limit: int
    sent: int = 0
    failed: int = 0
    dead: int = 0
    claimed: int = 0
    lanes: Counter[int] = field(default_factory=Counter)
    allowed: dict[int, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    results: queue.SimpleQueue[Attempt | LaneEnd] = field(default_factory=queue.SimpleQueue)

    def start_lanes(self, pool: ThreadPoolExecutor) -> bool:
        """Claim what is due for free lanes and start them; return whether any was started."""
        free = LANES - self.lanes.total()
        if self.claimed >= self.limit or free < 1:
            return False
        busy = [
            endpoint
            for endpoint in {*self.lanes, *self.allowed}
            if self.lanes[endpoint] >= self.allowed.get(endpoint, 1)
        ]
        claimed = claim(busy=busy, endpoints=free)
        self.claimed += sum(len(messages) for messages in claimed.values())
        for endpoint, messages in claimed.items():
            self.lanes[endpoint] += 1
            pool.submit(run_lane, endpoint, messages, self.results, self.stop)
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
        except queue.Empty:
            pass
        if sent:
            mark_sent(sent)
            self.sent += len(sent)

    def end_lane(self, end: LaneEnd) -> None:
        """Free a lane; an endpoint that did well may have several from now on."""
        self.lanes[end.endpoint] -= 1
        self.allowed.setdefault(end.endpoint, LANES_PER_ENDPOINT)
        if end.left:
            release(end.left)

    def mark_failure(self, attempt: Attempt) -> None:
        """Put a delivery off or give it up; leave an endpoint that is down alone in this run."""
        if attempt.endpoint_fails:
            self.allowed[attempt.message.endpoint] = 0
        if mark_failed(attempt):
            self.dead += 1
        else:
            self.failed += 1


def run_lane(
    endpoint: int,
    messages: list[DueDelivery],
    results: queue.SimpleQueue[Attempt | LaneEnd],
    stop: threading.Event,
) -> None:
    """Send one endpoint's messages in turn; stop at the first sign that the endpoint is down."""
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
                if attempt.endpoint_fails:
                    break
    except Exception:
        # The delivery in hand comes back when its lease ends.
        logger.exception("a webhook lane broke off")
    finally:
        results.put(LaneEnd(endpoint, tuple(message.delivery for message in messages[tried:])))


def send(client: OutboundClient, message: DueDelivery) -> Attempt:
    """Send one message with a fresh timestamp and a signature by each of the secrets."""
    now = datetime.now(UTC)
    text = message.body.decode()
    signatures = [Webhook(secret).sign(message.webhook_id, now, text) for secret in message.secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Webhook-Id": message.webhook_id,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }
    try:
        return Attempt(message, client.post(message.url, content=message.body, headers=headers))
    except (OutboundRefused, OutboundFailed) as error:
        return Attempt(message, error=str(error))
