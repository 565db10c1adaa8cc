"""Keeps an embedded server running: one that died is started again on its data."""

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
    """A server that is started again, at the same address, whenever it has died."""

    def __init__(
        self, start: Start, folder: Path, *, lifeline: Lifeline, say: Callable[[str, str], None]
    ) -> None:
        """Start it on `folder`; `say(name, line)` hears of deaths. Raises EmbeddedServerError."""
        self._start = start
        self._folder = folder
        self._lifeline = lifeline
        self._say = say
        self._due = 0.0
        self.server = start(folder, lifeline=lifeline)

    def tend(self) -> None:
        """Look at it once; start it again when it is gone, at most once per PAUSE_SECONDS."""
        now = time.monotonic()
        if self.server.running() or now < self._due:
            return
        self._due = now + PAUSE_SECONDS
        self._lifeline.remove(self.server.pid)
        try:
            self.server = self._start(self._folder, lifeline=self._lifeline)
        except EmbeddedServerError as error:
            self._say(self.server.name, f"died and cannot be started again: {error}")
        else:
            self._say(self.server.name, "died and was started again")

    def stop(self) -> None:
        """End it in an orderly way."""
        self.server.stop()
