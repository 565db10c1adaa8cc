"""PostgreSQL and Redis that come with the Python packages, for `make run` and the tests."""

from __future__ import annotations

from moderation.embedded.accounts import EmbeddedServerError
from moderation.embedded.lifeline import Lifeline
from moderation.embedded.postgres import start_postgres
from moderation.embedded.redis import start_redis
from moderation.embedded.server import Server
from moderation.embedded.watch import Watched

__all__ = [
    "EmbeddedServerError",
    "Lifeline",
    "Server",
    "Watched",
    "start_postgres",
    "start_redis",
]
