"""Celery's doors: each answers a message or the clock, calls one service, and may be repeated.

A message carries nothing that matters: what is to do stands in the database. A worker that dies
over a task is tried again three times; whatever is lost after that, the sweep finds.
"""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections, connection

from moderation.intake import wake_worker
from moderation.integrations.akismet import callbacks
from moderation.learning import train
from moderation.scoring import drain
from moderation.webhooks import sender

WORKER_LOST_TRIES = 3


class OutOfMemoryError(RuntimeError):
    """Memory ran out in a task. A bare MemoryError would end the whole worker (billiard#451)."""


def _renew_connection() -> None:
    """Drop a connection to PostgreSQL that is old, or that a restart has broken."""
    if not connection.in_atomic_block:  # called within somebody's transaction: it is theirs
        close_old_connections()


@shared_task(
    name="moderation.tasks.score_pending",
    acks_late=True,
    retry_on_worker_lost=True,
    max_retries=WORKER_LOST_TRIES,
    soft_time_limit=20,
    time_limit=30,
)
def score_pending() -> None:
    """Decide every comment that is due; sent by `wake_worker.notify` and by the sweep.

    What was decided is told to the publishers at once; the clock finds what is left over.
    """
    _renew_connection()
    wake_worker.acknowledge()  # before it looks: a later comment wakes a worker again
    try:
        if drain.drain():
            sender.deliver_in_background()
    except MemoryError:
        raise OutOfMemoryError("scoring ran out of memory") from None


@shared_task(
    name="moderation.tasks.deliver_due",
    acks_late=True,
    retry_on_worker_lost=True,
    max_retries=WORKER_LOST_TRIES,
    soft_time_limit=60,
    time_limit=75,
)
def deliver_due() -> None:
    """Send the webhooks that are due; returns at once, a thread of the process sends them."""
    try:
        sender.deliver_in_background()
    except MemoryError:
        raise OutOfMemoryError("delivering ran out of memory") from None


@shared_task(
    name="moderation.tasks.tell_callbacks",
    acks_late=True,
    retry_on_worker_lost=True,
    max_retries=WORKER_LOST_TRIES,
    soft_time_limit=60,
    time_limit=75,
)
def tell_callbacks() -> None:
    """Tell Akismet's clients what became of comments; returns at once, a thread tells them."""
    try:
        callbacks.tell_in_background()
    except MemoryError:
        raise OutOfMemoryError("telling callbacks ran out of memory") from None


@shared_task(
    name="moderation.tasks.retrain",
    acks_late=True,
    retry_on_worker_lost=True,
    max_retries=WORKER_LOST_TRIES,
    soft_time_limit=240,
    time_limit=280,
)
def retrain() -> None:
    """Train the sites that have enough new decisions; those left over get a message of their own.

    Its broker queue is `training`, so that comments are scored meanwhile.
    """
    _renew_connection()
    try:
        if train.retrain_due():
            retrain.delay()
    except MemoryError:
        raise OutOfMemoryError("training ran out of memory") from None
