"""How many requests this process answered, by status code; Prometheus adds the processes up."""

from __future__ import annotations

from prometheus_client import Counter

# Of this process; Prometheus adds up what several web processes say.
REQUESTS = Counter(
    "moderato_api_requests", "Requests to the API by status code.", ["code"], registry=None
)
