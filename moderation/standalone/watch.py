"""Keeps an embedded server running: restarts it on its data after it died."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from moderation.standalone.lifeline import Lifeline
from moderation.standalone.server import Server
from moderation.standalone.system_account import EmbeddedServerError

Start = Callable[..., Server]
PAUSE_SECONDS = 1.0


class Watched:
    """A server that is restarted at the same address after it died."""

    def __init__(
        self, start: Start, folder: Path, *, lifeline: Lifeline, report: Callable[[str, str], None]
    ) -> None:
        """Start the server; `report(name, line)` gets its deaths. Raises EmbeddedServerError."""
        self._start = start
        self._folder = folder
        self._lifeline = lifeline
        self._report = report
        self._due = 0.0
        self.server = start(folder, lifeline=lifeline)

    def tend(self) -> None:
        """Check the server once; restart it if it died, at most once per PAUSE_SECONDS."""
        now = time.monotonic()
        if self.server.running() or now < self._due:
            return
        self._due = now + PAUSE_SECONDS
        self._lifeline.remove(self.server.pid)
        try:
            self.server = self._start(self._folder, lifeline=self._lifeline)
        except EmbeddedServerError as error:
            self._report(self.server.name, f"died and cannot be started again: {error}")
        else:
            self._report(self.server.name, "died and was started again")

    def stop(self) -> None:
        """End the server in an orderly way."""
        self.server.stop()
