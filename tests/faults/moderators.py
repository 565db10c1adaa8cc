"""Moderators who press keys on the same comments at the same time, in a process of their own.

They use the same verbs as the review pages. The process is apart because Django reads its
settings once, and the tests' own belong to another database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from tests.stack import ROOT

SIGNED_IN = "signed in"


def two_at_once(environment: dict[str, str]) -> list[Callable[[str], str]]:
    """Start two moderators; each is a function that presses with a key and says what was told.

    Returns once both are signed in, so that no fault meets them on their way to the desk.
    """
    people = [_Remote(environment, number) for number in (1, 2)]
    for person in people:
        person.wait_until_signed_in()
    return people


class _Remote:
    def __init__(self, environment: dict[str, str], number: int) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.moderators", str(number)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait_until_signed_in(self) -> None:
        assert self._read() == SIGNED_IN

    def __call__(self, key: str) -> str:
        assert self._process.stdin
        with self._lock:
            self._process.stdin.write(f"{key}\n")
            self._process.stdin.flush()
            return self._read()

    def _read(self) -> str:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _moderator(number: int):
    from django.contrib.auth.models import User

    from moderation.models import Moderator, Site

    user, _ = User.objects.get_or_create(username=f"moderator-{number}")
    Moderator.objects.get_or_create(user=user, site=Site.objects.get(slug="daily"))
    return user


def _press(user, key: str) -> str:
    """Decide on the oldest comment in review, or undo now and then; returns what was told."""
    from django.db import DatabaseError, close_old_connections

    from moderation.models import Comment
    from moderation.platform.errors import ModerationError, StaleDecision
    from moderation.review import actions

    try:
        # Both moderators look at the same comment: no claim keeps them apart here.
        comment = Comment.objects.filter(status="in_review").order_by("id").first()
        if comment is None:
            return "nothing to do"
        arguments = {"expected_version": comment.version, "key": key}
        if int(key[0], 16) % 2:
            actions.approve(user, comment.pk, **arguments)
        else:
            actions.reject(user, comment.pk, clauses=[_clause(comment.site_id)], **arguments)
        if int(key[1], 16) == 0:
            actions.undo(user)
    except StaleDecision as stale:
        return "too late, told who" if stale.current else "too late"
    except ModerationError as refused:
        return type(refused).__name__
    except DatabaseError:
        return "no answer"
    finally:
        close_old_connections()
    return "decided"


def _clause(site: int) -> str:
    from moderation.models import PolicyVersion

    policy = (
        PolicyVersion.objects.filter(site=site, number__isnull=False).order_by("-number").first()
    )
    return policy.document["clauses"][0]["id"]


def _serve(number: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
    django.setup()
    user = _moderator(number)
    print(json.dumps(SIGNED_IN), flush=True)
    for line in sys.stdin:
        print(json.dumps(_press(user, line.strip())), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
