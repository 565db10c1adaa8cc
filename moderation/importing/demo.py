"""The demo: a paper with three stories, readers of every kind, a moderator and an editor.

The comments are submitted like all others: the worker scores them and applies the policy.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from moderation.accounts.api_keys import authenticate, create_key
from moderation.importing.run import import_records
from moderation.intake.insert import Submitted
from moderation.intake.submit import Submission, submit_batch
from moderation.intake.upserts import StoryFields, put_story
from moderation.models import Moderator, Role, Scope, Site
from moderation.platform.errors import Conflict
from moderation.policy_versions.live import ensure_default
from moderation.standalone.local_env import write_private

SITE = "daily"
MODERATOR = "mona@daily.example"
EDITOR = "owen@daily.example"
PEOPLE = ((MODERATOR, "Mona", Role.MODERATOR), (EDITOR, "Owen", Role.EDITOR))
STORY = "night-ferry"
CONTENT = Path(__file__).resolve().parent.parent / "demo"


def make_demo(*, force: bool = False) -> bool:
    """Make the demo site unless it exists; return whether it was made.

    Only an empty database gets the demo, unless `force`: real sites need no demo readers. Raises
    `Conflict` when `force` is set and another site has the demo's name.
    """
    if is_demo():
        return False
    if Site.objects.exists():
        if not force:
            return False
        if Site.objects.filter(slug=SITE).exists():
            raise Conflict(f"Another site, not the demo, has the name “{SITE}”.")
    with transaction.atomic():
        site = Site.objects.create(slug=SITE, name="The Daily", reader_pages=True)
        ensure_default(site)
        _make_people(site)
        _make_stories(site)
        _import_history(site)
        _submit_comments(site)
        access = _make_access(site)
    _write(access)
    return True


def demo_access() -> dict[str, str]:
    """Return the demo's access, {} without a demo: `site`, `story_id`, `api_key`, and for the pages
    `login` (a moderator) and `editor`, who share the `password`.

    DATA_FOLDER/demo.json holds the key and the password in plain; only its owner can read it. If
    the file is lost, both are replaced.
    """
    if not is_demo():
        return {}
    access = _read()
    if access and authenticate(access["api_key"]):
        return access
    with transaction.atomic():
        access = _make_access(Site.objects.get(slug=SITE))
    _write(access)
    return access


def is_demo() -> bool:
    """Tell whether the site with the demo's name is the demo, by its fictional moderator."""
    return Moderator.objects.filter(site__slug=SITE, user__username=MODERATOR).exists()


def _make_people(site: Site) -> None:
    users = get_user_model().objects
    for email, name, role in PEOPLE:
        user, _ = users.get_or_create(username=email, defaults={"email": email, "first_name": name})
        Moderator.objects.create(user=user, site=site, role=role)


def _make_access(site: Site) -> dict[str, str]:
    """Give the demo a new key and its people a new password."""
    site.api_keys.filter(name="demo").delete()
    _, api_key = create_key(site, name="demo", scopes=list(Scope.values))
    # 65 words: six of them make 36 random bits, easy to read off a screen and to type.
    words = (CONTENT / "words.txt").read_text("utf-8").split()
    password = "-".join(secrets.choice(words) for _ in range(6))
    for user in get_user_model().objects.filter(username__in=[MODERATOR, EDITOR]):
        user.set_password(password)
        user.save(update_fields=["password"])
    return {
        "site": SITE,
        "login": MODERATOR,
        "editor": EDITOR,
        "password": password,
        "api_key": api_key,
        "story_id": STORY,
    }


def _make_stories(site: Site) -> None:
    now = datetime.now(UTC)
    for story in _content("stories"):
        put_story(
            site,
            StoryFields(
                story["id"],
                url=f"https://daily.example/{story['id']}",
                title=story["title"],
                body=story["body"],
                section=story["section"],
                published_at=now - timedelta(hours=story["hours"]),
            ),
        )


def _import_history(site: Site) -> None:
    """Import earlier comments of some readers, with their decisions."""
    now = datetime.now(UTC)
    lines = []
    for comment in _content("history"):
        record = {
            "id": comment["id"],
            "story": {"id": comment["story"]},
            "author": {"id": comment["author"], "name": comment["name"]},
            "body": comment["body"],
            "submitted_at": (now - timedelta(minutes=comment["minutes"])).isoformat(),
            "status": comment["status"],
            "clauses": [comment["clause"]] if "clause" in comment else [],
        }
        lines.append(json.dumps(record).encode())
    import_records(site, lines)


def _submit_comments(site: Site) -> None:
    now = datetime.now(UTC)
    submissions = [
        Submission(
            external_id=comment["id"],
            body=comment["body"],
            story_external_id=comment["story"],
            parent_external_id=comment.get("parent", ""),
            author_external_id=comment["author"],
            author_name=comment["name"],
            submitted_at=now - timedelta(minutes=comment["minutes"]),
        )
        for comment in _content("comments")
    ]
    for result in submit_batch(site, submissions):
        if not isinstance(result, Submitted):
            raise result


def _content(name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((CONTENT / f"{name}.json").read_text("utf-8"))
    return content


def _path() -> Path:
    return Path(settings.DATA_FOLDER) / "demo.json"


def _read() -> dict[str, str]:
    try:
        access: dict[str, str] = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return access if isinstance(access, dict) and "api_key" in access else {}


def _write(access: dict[str, str]) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps(access, indent=2) + "\n")
