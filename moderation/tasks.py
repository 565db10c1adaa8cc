"""The Celery tasks: a message or beat starts each one, and each may run again at any time.

A message carries no data: the database says what is to do. Celery repeats a task three times when
its worker dies. The sweep finds the work that is lost after that.
"""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections, connection

from moderation.intake import wake_worker
from moderation.integrations.akismet.callbacks import CALLBACKS
from moderation.learning import train
from moderation.scoring import drain
from moderation.webhooks import sender
from moderation.webhooks.deliveries import WEBHOOKS

WORKER_LOST_TRIES = 3


class OutOfMemoryError(RuntimeError):
    """Memory ran out in a task. A bare MemoryError would end the whole worker (billiard#451)."""


def _renew_connection() -> None:
    """Drop a connection to PostgreSQL that is old, or that a restart has broken."""
    if not connection.in_atomic_block:  # a caller's transaction keeps its connection
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
    """Decide every comment that is due. Intake wakes this task, and the sweep starts it, too.

    Publishers receive the decisions at once. Beat starts `deliver_due` for the rest.
    """
    _renew_connection()
    wake_worker.acknowledge()  # before looking: a comment from now on sends a new message
    try:
        if drain.drain():
            sender.deliver_in_background(WEBHOOKS)
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
    """Send the webhooks that are due, in a thread of the process; returns at once."""
    try:
        sender.deliver_in_background(WEBHOOKS)
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
    """Send Akismet's clients the new decisions, in a thread of the process; returns at once."""
    try:
        sender.deliver_in_background(CALLBACKS)
    except MemoryError:
        raise OutOfMemoryError("sending callbacks ran out of memory") from None


@shared_task(
    name="moderation.tasks.retrain",
    acks_late=True,
    retry_on_worker_lost=True,
    max_retries=WORKER_LOST_TRIES,
    soft_time_limit=240,
    time_limit=280,
)
def retrain() -> None:
    """Train the sites that have enough new decisions; another message trains the rest.

    The task has the broker queue `training`, so that workers score comments meanwhile.
    """
    _renew_connection()
    try:
        if train.retrain_due():
            retrain.delay()
    except MemoryError:
        raise OutOfMemoryError("training ran out of memory") from None
