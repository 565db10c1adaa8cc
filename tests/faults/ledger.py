"""The ledger: what clients were promised, to be held against what the database has.

Submitters write down the id of every comment that was accepted (2xx). Moderators press keys, two
at the same comment, and write down what they were told. When the noise is over, `Ledger.verdict`
counts what was lost, doubled, changed or left undone: all of it must be nought.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

TEXTS = (
    "Comment {}: the harbour bridge should have opened last spring, says the story. Why the delay?",
    "Comment {}: you are a complete idiot and so is everyone who agrees with you.",
    "Comment {}: cheap watches at http://watches.example/buy today, click now!!!",
    "Comment {}: thank you for asking the ferry company, nobody else did.",
)


@dataclass
class Ledger:
    """What was accepted, and what was pressed."""

    accepted: dict[str, str] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    pressed: Counter[str] = field(default_factory=Counter)
    changed_ids: int = 0
    stop: threading.Event = field(default_factory=threading.Event)


def submit_until_stopped(ledger: Ledger, port: int, key: str, who: int, pause: float) -> None:
    """Submit comments one after the other; the same one again until it was accepted or refused."""
    for number in itertools.count():
        if ledger.stop.is_set():
            return
        sent = f"c-{who}-{number}"
        body = {
            "id": sent,
            "story": {"id": f"story-{number % 7}", "title": "The bridge", "body": "A bridge."},
            "author": {"id": f"author-{who}-{number % 50}", "name": "Ravi"},
            "body": random.choice(TEXTS).format(f"{who}.{number}"),
        }
        for _ in range(40):
            status, told = _post(ledger, port, key, body)
            ledger.answers[str(status)] += 1
            if 200 <= status < 300:
                ledger.accepted[sent] = body["body"]
                ledger.changed_ids += told != sent
                break
            if ledger.stop.wait(0.25):
                return
        time.sleep(pause)


def _post(ledger: Ledger, port: int, key: str, body: dict) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    started = time.perf_counter()
    try:
        connection.request("POST", "/api/v1/comments", json.dumps(body), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, ""
    finally:
        connection.close()
    if answer.status < 300:
        ledger.latencies.append(time.perf_counter() - started)
    return answer.status, told.get("id", "")


def moderate_until_stopped(ledger: Ledger, presses: Callable[[str], str]) -> None:
    """Press a key, as `presses(decision key)` does, and count what the moderator was told.

    A press that got no answer is pressed again with the same key, as the page does.
    """
    while not ledger.stop.is_set():
        key = uuid.uuid4().hex
        for _ in range(20):
            told = presses(key)
            ledger.pressed[told] += 1
            if told != "no answer" or ledger.stop.wait(0.3):
                break
        ledger.stop.wait(0.02)


QUESTIONS = {
    "unscored": """SELECT count(*) FROM moderation_comment c WHERE NOT EXISTS
        (SELECT 1 FROM moderation_decision d WHERE d.comment_id = c.id)""",
    "pending": "SELECT count(*) FROM moderation_comment WHERE status = 'pending'",
    "duplicate": """SELECT count(*) FROM (SELECT body FROM moderation_comment
        GROUP BY body HAVING count(*) > 1) twice""",
    "double decisions": """SELECT count(*) FROM (SELECT comment_id, version
        FROM moderation_decision GROUP BY 1, 2 HAVING count(*) > 1) twice""",
    "judged twice": """SELECT count(*) FROM (SELECT comment_id, revision FROM moderation_decision
        WHERE source IN ('policy', 'fallback') GROUP BY 1, 2 HAVING count(*) > 1) twice""",
    "broken chains": """SELECT count(*) FROM (
        SELECT status_before, lag(status, 1, 'pending') OVER (PARTITION BY comment_id ORDER BY id)
        AS before FROM moderation_decision) d WHERE status_before <> before""",
    "status differs": """SELECT count(*) FROM moderation_comment c WHERE c.status <>
        (SELECT d.status FROM moderation_decision d WHERE d.comment_id = c.id
         ORDER BY d.id DESC LIMIT 1)""",
    "approved unscored": """SELECT count(*) FROM moderation_decision d
        WHERE d.source = 'policy' AND d.status = 'approved' AND d.score_id IS NULL""",
    "undelivered": "SELECT count(*) FROM moderation_delivery WHERE state = 'due'",
}


def verdict(ledger: Ledger, sql: Callable[..., list[tuple]]) -> dict[str, int]:
    """Hold the ledger against the database; returns each kind of fault with its count."""
    stored = dict(sql("SELECT external_id, body FROM moderation_comment"))
    found = {
        "lost": sum(sent not in stored for sent in ledger.accepted),
        "changed text": sum(
            stored.get(sent, text) != text for sent, text in ledger.accepted.items()
        ),
        "changed id": ledger.changed_ids,
        "nothing accepted": int(not ledger.accepted),
    }
    return found | {name: int(sql(question)[0][0]) for name, question in QUESTIONS.items()}
