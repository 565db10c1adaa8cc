"""Health checks for load balancers, and metrics for Prometheus."""

from __future__ import annotations

import hmac
import time
from typing import Any

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from moderation.platform.http.request_counter import REQUESTS

# Counting a long queue is expensive, and the exact number of more rows helps nobody.
COUNTED = 100_000
REDIS_SECONDS = 0.3
LOOPBACK = frozenset({"127.0.0.1", "::1"})

DEPTHS = f"""
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM moderation_comment
     WHERE status = 'pending' AND erased_at IS NULL LIMIT {COUNTED}) p),
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - received_at), 0) FROM moderation_comment
     WHERE status = 'pending' AND erased_at IS NULL ORDER BY due_at, id LIMIT 1),
  (SELECT count(*) FROM (SELECT 1 FROM moderation_comment
     WHERE status = 'in_review' AND erased_at IS NULL LIMIT {COUNTED}) r),
  (SELECT count(*) FROM (SELECT 1 FROM moderation_delivery WHERE state = 'due' LIMIT {COUNTED}) d),
  (SELECT count(*) FROM (SELECT 1 FROM moderation_delivery WHERE state = 'dead' LIMIT {COUNTED}) x)
"""
GAUGES = (
    ("moderato_pending_comments", "Comments waiting for their score."),
    ("moderato_oldest_pending_seconds", "How long the next comment has been waiting."),
    ("moderato_in_review_comments", "Comments waiting for a moderator."),
    ("moderato_deliveries_due", "Webhooks waiting to be sent."),
    ("moderato_deliveries_dead", "Webhooks given up."),
)


def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs; ask no other service."""
    return HttpResponse("ok\n", content_type="text/plain")


def depths() -> tuple[float, ...]:
    """Return pending, age of the oldest pending, in review, deliveries due, deliveries dead."""
    with connection.cursor() as cursor:
        cursor.execute(DEPTHS)
        row = cursor.fetchone()
    return tuple(float(value or 0) for value in row)


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer whether the service can take comments. It needs PostgreSQL; Redis only saves time."""
    report: dict[str, Any] = {"status": "ok", "database": "ok", "broker": "ok"}
    try:
        pending, oldest, *_ = depths()
        report |= {"pending": int(pending), "oldest_pending_seconds": round(oldest, 1)}
    except DatabaseError:
        connection.close()
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    if not _broker_answers():
        report |= {"status": "degraded", "broker": "down"}
    return JsonResponse(report)


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics in Prometheus' text format, for loopback or with METRICS_TOKEN."""
    if not _may_read_metrics(request):
        return HttpResponse("Not here.\n", status=404, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(REQUESTS)
    started = time.perf_counter()
    try:
        values = depths()
    except DatabaseError:
        connection.close()
        values = ()
    up = Gauge("moderato_database_up", "1 when PostgreSQL answers.", registry=registry)
    up.set(1 if values else 0)
    for (name, description), value in zip(GAUGES, values, strict=False):
        Gauge(name, description, registry=registry).set(value)
    Gauge("moderato_scrape_seconds", "What these figures cost.", registry=registry).set(
        time.perf_counter() - started
    )
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if token:
        return hmac.compare_digest(header.encode(), f"Bearer {token}".encode())
    # Behind a proxy every request has the proxy's address, so loopback proves nothing.
    return not settings.TRUSTED_PROXIES and request.META.get("REMOTE_ADDR") in LOOPBACK
