"""Group commit: the first caller to get the turn works for every caller that waits.

A caller that finds nobody at work starts at once. Any other caller waits for the turn, and the
first one to get it handles all waiting payloads in one batch. So a single client waits for
nobody, and many clients share the price of one batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Payload = TypeVar("Payload")


@dataclass(slots=True, eq=False)
class Ticket(Generic[Payload]):
    """A caller's payload, and the gate where the caller waits: open when done or on its turn."""

    payload: Payload
    gate: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False


class Batcher(Generic[Payload]):
    """Handles the payloads of many threads, one batch at a time.

    `handle` gets the payloads of a batch and records the outcome in each of them. `patience`: the
    seconds that a caller waits for its turn (None: without end). `fill_seconds`: how long the
    caller with the turn waits for as many payloads as the last batch had.
    """

    def __init__(
        self,
        handle: Callable[[list[Payload]], None],
        *,
        patience: float | None = None,
        fill_seconds: float = 0.0,
    ) -> None:
        self._handle = handle
        self.patience = patience
        self.fill_seconds = fill_seconds
        self.waiting: list[Ticket[Payload]] = []
        self._guard = threading.Lock()
        self._arrived = threading.Condition(self._guard)
        self._busy = False
        self._expected = 1

    def submit(self, payload: Payload) -> bool:
        """Have a payload handled; False when the caller's patience ended first.

        After False the payload may still be handled: its batch can be under way.
        """
        ticket = Ticket(payload)
        with self._guard:
            self.waiting.append(ticket)
            if self.fill_seconds and len(self.waiting) >= self._expected:
                self._arrived.notify()
            has_turn, self._busy = not self._busy, True
            if not has_turn:
                ticket.gate.acquire()
        if not has_turn:
            timeout = -1 if self.patience is None else self.patience
            if not ticket.gate.acquire(timeout=timeout) and self._cancel(ticket):
                return False
        if not ticket.done:
            self._run()
        return True

    def _run(self) -> None:
        """Handle all waiting payloads, pass the turn to the first later caller, open the gates."""
        group: list[Ticket[Payload]] = []
        try:
            group = self._gather()
            self._handle([ticket.payload for ticket in group])
        finally:
            with self._guard:
                following = self.waiting[0] if self.waiting else None
                self._busy = following is not None
                for ticket in group:
                    ticket.done = True
                if following:
                    following.gate.release()
            for ticket in group:
                if ticket.gate.locked():
                    ticket.gate.release()

    def _gather(self) -> list[Ticket[Payload]]:
        with self._guard:
            if self.fill_seconds:
                self._arrived.wait_for(
                    lambda: len(self.waiting) >= self._expected, timeout=self.fill_seconds
                )
            group, self.waiting = self.waiting, []
            self._expected = len(group)
        return group

    def _cancel(self, ticket: Ticket[Payload]) -> bool:
        """Stop waiting; False when the ticket was done, or got the turn, in the meantime."""
        with self._guard:
            if ticket.done or not ticket.gate.locked():
                return False
            self.waiting = [other for other in self.waiting if other is not ticket]
        return True
