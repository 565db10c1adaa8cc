"""PostgreSQL and Redis from Python packages, for `make run` and the tests."""

from __future__ import annotations

from moderation.standalone.lifeline import Lifeline
from moderation.standalone.postgres import start_postgres
from moderation.standalone.redis import start_redis
from moderation.standalone.server import Server
from moderation.standalone.system_account import EmbeddedServerError
from moderation.standalone.watch import Watched

__all__ = [
    "EmbeddedServerError",
    "Lifeline",
    "Server",
    "Watched",
    "start_postgres",
    "start_redis",
]
