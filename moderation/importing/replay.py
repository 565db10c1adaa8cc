"""Replays comments through the API of a running Moderato, as a publisher's system does.

It is only a client: it uses HTTP and no database.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from moderation.importing.lines import EXTRA_FIELDS, is_abusive

TRIES = 8
LONGEST_WAIT = 60.0
PROBES = 20
PENDING = "pending"


class ReplayError(Exception):
    """The service cannot be used: the message says why."""


@dataclass
class Sent:
    """The comments sent and the service's answers, by the comments' ids."""

    accepted: dict[str, bool | None] = field(default_factory=dict)  # id → label
    bodies: dict[str, int] = field(default_factory=dict)  # id → hash of the text
    refused: dict[str, str] = field(default_factory=dict)  # id → problem code
    seconds: float = 0.0


class Client:
    """Calls the API with retries; safe to use from several threads."""

    def __init__(self, url: str, key: str, *, concurrency: int) -> None:
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        self.http = httpx.Client(
            base_url=url.rstrip("/") + "/api/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30.0,
            limits=limits,
            trust_env=False,
        )
        self.concurrency = concurrency

    def call(self, method: str, path: str, document: Any = None) -> httpx.Response:
        """Return the answer; waits and retries when the service is busy or does not answer.

        Raises `ReplayError` for a rejected key, or after the last try.
        """
        # Escaped, so that half a character in the file reaches the service, which rejects it.
        body = None if document is None else json.dumps(document).encode("ascii")
        headers = {} if body is None else {"Content-Type": "application/json"}
        wait = 0.2
        problem = ""
        for _ in range(TRIES):
            asked = 0.0
            try:
                answer = self.http.request(method, path, content=body, headers=headers)
            except httpx.TransportError as error:
                problem = str(error) or type(error).__name__
            else:
                if answer.status_code in (401, 403):
                    raise ReplayError(f"The service rejects the key ({answer.status_code}).")
                if answer.status_code != 429 and answer.status_code < 500:
                    return answer
                problem = f"status {answer.status_code}"
                retry_after = answer.headers.get("retry-after", "")
                asked = float(retry_after) if retry_after.isdecimal() else 0.0
            time.sleep(min(LONGEST_WAIT, max(asked, wait * random.uniform(0.8, 1.2))))
            wait *= 2
        raise ReplayError(f"{self.http.base_url} does not answer: {problem}.")

    def comment(self, external_id: str) -> dict[str, Any] | None:
        """Return a comment as its publisher sees it, None when there is none."""
        answer = self.call("GET", f"comments/{quote(external_id, safe='')}")
        if answer.status_code == 404:
            return None
        comment: dict[str, Any] = answer.raise_for_status().json()
        return comment


def send(
    client: Client,
    records: Iterable[Mapping[str, Any]],
    *,
    batch: int = 1,
    rate: float | None = None,
    label: str = "abusive",
    progress: Callable[[int], object] = lambda _: None,
) -> Sent:
    """Submit every record (our own form), `batch` to a request, at most `rate` comments/s."""
    sent = Sent()
    lock = threading.Lock()
    pace = Pace(rate)
    groups = grouped(records, batch)
    began = time.monotonic()

    def work() -> None:
        while True:
            with lock:
                group = next(groups, None)
            if group is None:
                return
            pace.wait(len(group))
            outcomes = submit(client, group)
            with lock:
                for record, problem in zip(group, outcomes, strict=True):
                    record_outcome(sent, record, problem, label)
                progress(len(group))

    with ThreadPoolExecutor(client.concurrency) as pool:
        for future in [pool.submit(work) for _ in range(client.concurrency)]:
            future.result()
    sent.seconds = time.monotonic() - began
    return sent


def submit(client: Client, group: list[Mapping[str, Any]]) -> list[str]:
    """Submit some records in one request; return a problem's code for each, "" for accepted."""
    payloads = [
        {name: value for name, value in record.items() if name not in EXTRA_FIELDS}
        for record in group
    ]
    if len(group) == 1:
        answer = client.call("POST", "comments", payloads[0])
        return ["" if answer.is_success else problem_code(answer)]
    answer = client.call("POST", "comments/batch", {"comments": payloads})
    if not answer.is_success:
        return [problem_code(answer)] * len(group)
    return [
        "" if result["status_code"] < 300 else str(result["problem"]["code"])
        for result in answer.json()["results"]
    ]


def problem_code(answer: httpx.Response) -> str:
    """Return the code of a problem+json answer, or its status."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


def record_outcome(sent: Sent, record: Mapping[str, Any], problem: str, label: str) -> None:
    """Record the result of one submission."""
    external_id = str(record["id"])
    if problem:
        sent.refused[external_id] = problem
        return
    sent.accepted[external_id] = is_abusive(record, label)
    sent.bodies[external_id] = hash(record["body"])


def grouped(records: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the records in lists of up to `size`."""
    stream = iter(records)
    while group := list(itertools.islice(stream, size)):
        yield group


class Pace:
    """Limits submissions to `rate` comments a second; None: no limit."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self.lock = threading.Lock()
        self.next = time.monotonic()

    def wait(self, comments: int) -> None:
        """Wait until this many comments may be sent."""
        if self.rate is None:
            return
        with self.lock:
            turn = max(self.next, time.monotonic())
            self.next = turn + comments / self.rate
        time.sleep(max(0.0, turn - time.monotonic()))


def wait_until_decided(client: Client, ids: list[str], *, seconds: float) -> float | None:
    """Wait until no comment is pending; return the seconds, None after too long a wait.

    Reads only the last comment and a few others, so that it does not slow the work. The caller
    reads all comments afterwards.
    """
    began = time.monotonic()
    probes = list(dict.fromkeys([*ids[-1:], *random.sample(ids, min(PROBES, len(ids)))]))
    while probes:
        comment = client.comment(probes[0])
        if comment is not None and comment["status"] == PENDING:
            if time.monotonic() - began > seconds:
                return None
            time.sleep(0.1)
        else:
            probes.pop(0)
    return time.monotonic() - began


def fetch_all(
    client: Client, ids: Iterable[str], progress: Callable[[int], object] = lambda _: None
) -> dict[str, dict[str, Any] | None]:
    """Return every comment by id, None for a comment that the service does not have."""

    def fetch(external_id: str) -> tuple[str, dict[str, Any] | None]:
        comment = client.comment(external_id)
        progress(1)
        return external_id, comment

    with ThreadPoolExecutor(client.concurrency) as pool:
        return dict(pool.map(fetch, ids))
