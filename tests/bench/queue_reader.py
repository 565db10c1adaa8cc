"""The measuring half of `queue_pages`: runs with the scratch database as its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from moderation.models import Moderator, Site  # noqa: E402
from moderation.review import claims  # noqa: E402
from moderation.review.histogram import histogram  # noqa: E402
from moderation.review.queue import count_comments, queue_page  # noqa: E402
from moderation.review.queue_filters import QueueFilters  # noqa: E402
from moderation.review.workload import workload  # noqa: E402


def milliseconds(
    work: Callable[[], object], times: int = 60, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Run `work` again and again; returns each run's milliseconds, sorted."""
    taken = []
    for _ in range(times):
        started = clock()
        work()
        taken.append(1000 * (clock() - started))
    return sorted(taken)


def report(name: str, taken: list[float]) -> None:
    """Print the median and the 95th percentile."""
    print(f"{name + ' p50 ms':<48}{taken[len(taken) // 2]:10.2f}")
    print(f"{name + ' p95 ms':<48}{taken[int(0.95 * len(taken))]:10.2f}")


def explain(name: str, work: Callable[[], object]) -> None:
    """Print the plan of the first query on comments that `work` sends."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    query = next(q["sql"] for q in queries if '"moderation_comment"."body"' in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query.replace("%", "%%"))
        plan = [row[0] for row in cursor.fetchall()]
    scans = [line.strip() for line in plan if "moderation_comment" in line and "Scan" in line]
    print(f"  EXPLAIN {name}: {'; '.join(scans)}")


def deep_cursor(site: Site, filters: QueueFilters, pages: int) -> str:
    """Return the cursor of the page after so many pages."""
    cursor = ""
    for _ in range(pages):
        cursor = queue_page(site, filters, cursor=cursor, size=100).next_cursor
    return cursor


def main() -> None:
    """Measure each list, first page and deep, and the next comment."""
    site = Site.objects.get(slug="bench")
    user = User.objects.create_user("mona", "mona@bench.example", "a long enough password")
    Moderator.objects.create(user=user, site=site)
    for order in ("priority", "newest", "oldest"):
        filters = QueueFilters(order=order)
        deep = deep_cursor(site, filters, 400)
        for depth, cursor in (("first page", ""), ("page 1,600", deep)):

            def page(filters=filters, cursor=cursor):
                return queue_page(site, filters, cursor=cursor)

            report(f"queue by {order}, {depth}", milliseconds(page))
            explain(f"{order}, {depth}", page)
    report(
        "search 'harbours'",
        milliseconds(lambda: queue_page(site, QueueFilters(search="harbours"))),
    )
    report("count", milliseconds(lambda: count_comments(site, QueueFilters())))
    toxic = QueueFilters(signal="toxicity", at_least=0.8)
    report("histogram of a signal", milliseconds(lambda: histogram(site, toxic, "toxicity"), 20))
    report("list of a span of it", milliseconds(lambda: queue_page(site, toxic), 20))
    report("workload", milliseconds(lambda: workload(site), 20))
    report(
        "the next four, claimed",
        milliseconds(lambda: claims.claim_ahead(user, site, QueueFilters(), limit=4)),
    )
    report("next comment (claim)", milliseconds(lambda: claims.claim_next(user, site)))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for name, path in (
        ("queue page over HTTP", "/review/bench/"),
        ("next comment over HTTP", "/review/bench/next/"),
    ):

        def get(path=path):
            answer = client.get(path, follow=True)
            assert answer.status_code == 200, (path, answer.status_code)

        report(name, milliseconds(get))
        report(f"{name}, own processor", milliseconds(get, clock=time.process_time))


if __name__ == "__main__":
    main()
