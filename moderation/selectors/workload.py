"""What waits on a site, how long already, and of what kind: counted at the moment of asking."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F

from moderation.models import Comment, Escalation, Site, Status
from moderation.selectors.queues import bounded

# Ages in words, and their upper edges in seconds; what is older falls into the last one.
AGES = (
    ("Under an hour", 3600),
    ("Under six hours", 6 * 3600),
    ("Under a day", 24 * 3600),
    ("Under a week", 7 * 24 * 3600),
)
OLDER = "Over a week"
SHOWN_SECTIONS = 20

# Everything is counted in one pass over the entries; what is left to add up are few groups.
COUNTS = """
WITH grouped AS MATERIALIZED (
    SELECT story_id, clauses,
           width_bucket(extract(epoch FROM now() - received_at)::float8,
                        %(edges)s::float8[]) AS age,
           count(*) AS number, min(received_at) AS oldest,
           count(*) FILTER (WHERE deferred_until > now()) AS deferred
    FROM moderation_queueentry WHERE site_id = %(site)s GROUP BY 1, 2, 3
)
SELECT 'age', age::text, sum(number), min(oldest), sum(deferred) FROM grouped GROUP BY age
UNION ALL
SELECT 'section', section, sum(number), NULL, NULL
FROM grouped JOIN moderation_story story ON story.id = story_id GROUP BY section
UNION ALL
SELECT 'clause', clause, sum(number), NULL, NULL
FROM grouped, unnest(clauses) AS clause GROUP BY clause
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """Numbers of comments that wait for a person; `oldest` is when the first of them came in.

    `deferred` of them are put off. `unscored` wait for their score, `oldest_unscored` since when.
    `ages`, `sections` and `clauses` are (name, number), clauses by id; a comment held by two
    clauses counts for both.
    """

    waiting: int
    oldest: datetime | None
    deferred: int
    escalated: int
    unscored: int
    oldest_unscored: datetime | None
    ages: list[tuple[str, int]]
    sections: list[tuple[str, int]]
    clauses: list[tuple[str, int]]


def workload(site: Site) -> Workload:
    """Count what waits on the site. Raises QueryTooSlow."""
    edges = [0.0, *(float(seconds) for _, seconds in AGES)]
    numbers: dict[str, Counter[str]] = {"age": Counter(), "section": Counter(), "clause": Counter()}
    oldest: list[datetime] = []
    deferred = 0
    with bounded():
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, {"site": site.pk, "edges": edges})
            for kind, name, number, since, put_off in cursor.fetchall():
                numbers[kind][name] = int(number)
                oldest += [since] if since else []
                deferred += int(put_off or 0)
        pending = Comment.objects.filter(
            site=site, status=Status.PENDING, erased_at__isnull=True
        ).order_by("due_at")
        # An entry means: in review and not erased.
        asked = Escalation.objects.filter(
            comment__queue_entry__site=site, version=F("comment__version")
        )
        return Workload(
            waiting=numbers["age"].total(),
            oldest=min(oldest, default=None),
            deferred=deferred,
            escalated=asked.order_by().values("comment").distinct().count(),
            unscored=pending.count(),
            oldest_unscored=pending.values_list("received_at", flat=True).first(),
            ages=_ages(numbers["age"]),
            sections=numbers["section"].most_common(SHOWN_SECTIONS),
            clauses=numbers["clause"].most_common(),
        )


def _ages(numbers: Counter[str]) -> list[tuple[str, int]]:
    """Name the buckets; a clock that was set back counts for the youngest."""
    names = [*(words for words, _ in AGES), OLDER]
    counts = [numbers[str(place)] for place in range(1, len(names) + 1)]
    counts[0] += numbers["0"]
    return list(zip(names, counts, strict=True))
