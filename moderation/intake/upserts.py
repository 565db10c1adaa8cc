"""Finds or creates stories and authors by the publisher's ids; writes only what changed.

A process remembers the row ids of recent stories and authors, with a hash of their content. So a
comment under a known story by a known author needs no query for either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from moderation.models import Site, Story, StoryChange
from moderation.platform import hot_path_sql, validation
from moderation.platform.errors import Busy, Invalid
from moderation.platform.memo import Memo

# Another process can change a row; after this time the database is asked again.
REMEMBERED_SECONDS = 60.0
REMEMBERED = 200_000
# Newspapers send stories before they publish them.
PUBLISHED_AHEAD = timedelta(days=366)

STORIES = """
WITH given AS (
    SELECT * FROM json_to_recordset(%s::json) AS r(
        site_id bigint, external_id text, url text, title text, body text, section text,
        state text, published_at timestamptz, bare boolean)
), written AS (
    INSERT INTO moderation_story AS s
        (site_id, external_id, url, title, body, section, state, published_at)
    SELECT site_id, external_id, coalesce(url, ''), coalesce(title, ''), coalesce(body, ''),
           coalesce(section, ''), coalesce(state, 'open'), published_at
    FROM given g
    WHERE NOT bare OR NOT EXISTS (
        SELECT 1 FROM moderation_story k
        WHERE k.site_id = g.site_id AND k.external_id = g.external_id)
    ORDER BY site_id, external_id
    ON CONFLICT (site_id, external_id) DO UPDATE SET
        (url, title, body, section, state, published_at, updated_at) = (
            SELECT coalesce(g.url, s.url), coalesce(g.title, s.title), coalesce(g.body, s.body),
                   coalesce(g.section, s.section), coalesce(g.state, s.state),
                   coalesce(g.published_at, s.published_at), now()
            FROM given g
            WHERE g.site_id = s.site_id AND g.external_id = s.external_id)
        WHERE EXISTS (
            SELECT 1 FROM given g
            WHERE g.site_id = s.site_id AND g.external_id = s.external_id AND (
                g.url <> s.url OR g.title <> s.title OR g.body <> s.body
                OR g.section <> s.section OR g.state <> s.state
                OR (g.published_at IS NOT NULL
                    AND g.published_at IS DISTINCT FROM s.published_at)))
    RETURNING s.id, s.site_id, s.external_id
)
SELECT id, site_id, external_id FROM written
UNION
SELECT s.id, s.site_id, s.external_id FROM moderation_story s
JOIN given USING (site_id, external_id)
"""
AUTHORS = """
WITH given AS (
    SELECT * FROM json_to_recordset(%s::json) AS r(site_id bigint, external_id text, name text)
), written AS (
    INSERT INTO moderation_author AS a (site_id, external_id, name)
    SELECT site_id, external_id, name FROM given g
    WHERE NOT EXISTS (
        SELECT 1 FROM moderation_author k
        WHERE k.site_id = g.site_id AND k.external_id = g.external_id
          AND (g.name = '' OR k.name = g.name))
    ORDER BY site_id, external_id
    ON CONFLICT (site_id, external_id) DO UPDATE SET name = excluded.name
        WHERE excluded.name <> '' AND a.name <> excluded.name
    RETURNING a.id, a.site_id, a.external_id
)
SELECT id, site_id, external_id FROM written
UNION
SELECT a.id, a.site_id, a.external_id FROM moderation_author a
JOIN given USING (site_id, external_id)
"""

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class StoryFields:
    """The fields of a story in a request; None means: not sent, so the stored value stays."""

    external_id: str
    url: str | None = None
    title: str | None = None
    body: str | None = None
    section: str | None = None
    published_at: datetime | None = None
    state: str | None = None

    @property
    def content(self) -> int:
        """A hash of everything sent but the id; 0 when only the id was sent."""
        parts = (self.url, self.title, self.body, self.section, self.published_at, self.state)
        return hash(parts) if any(part is not None for part in parts) else 0

    def check(self, field: str = "story.") -> None:
        """Raise Invalid for a value that is not valid; field names begin with `field`."""
        validation.check_id(self.external_id, f"{field}id")
        if self.url:
            validation.check_url(self.url, f"{field}url")
        for name, text, points in (
            ("title", self.title, validation.TITLE_POINTS),
            ("section", self.section, validation.SECTION_POINTS),
            ("body", self.body, validation.STORY_BODY_POINTS),
        ):
            if text:
                validation.check_text(text, field + name, points=points)
        if self.published_at is not None:
            validation.check_time(self.published_at, f"{field}published_at", ahead=PUBLISHED_AHEAD)
        if self.state is not None and self.state not in Story.State.values:
            raise Invalid(
                "The state of a story is " + " or ".join(Story.State.values) + ".",
                field=f"{field}state",
            )

    def row(self, site_id: int) -> dict[str, Any]:
        """Return the record that STORIES takes."""
        moment = self.published_at
        return {
            "site_id": site_id,
            "external_id": self.external_id,
            "url": self.url,
            "title": self.title,
            "body": self.body,
            "section": self.section,
            "state": self.state,
            "published_at": moment.astimezone(UTC).isoformat() if moment else None,
            "bare": not self.content,
        }


# Row ids of stories and authors, each with a hash of the content that was written.
Directory = Memo[Key, tuple[int, int]]
stories: Directory = Memo(size=REMEMBERED, seconds=REMEMBERED_SECONDS)
authors: Directory = Memo(size=REMEMBERED, seconds=REMEMBERED_SECONDS)


def find_ids(
    directory: Directory, statement: str, wanted: dict[Key, tuple[int, dict[str, Any]]]
) -> dict[Key, int]:
    """Return the row id of each key; ask the database once for the ids not in the directory.

    `wanted`: (site id, external id) → (hash of the content, record for the statement). A hash of 0
    fits any content. The statement makes or changes rows where needed. Inside a transaction the
    directory is not used: a rollback can undo the rows.
    """
    trust = not hot_path_sql.in_transaction()
    ids: dict[Key, int] = {}
    if trust:
        for key, (row_id, content) in directory.get_many(wanted).items():
            if wanted[key][0] in (0, content):
                ids[key] = row_id
    if len(ids) == len(wanted):
        return ids
    # A row that another process inserts meanwhile is visible to the next try.
    for _attempt in range(3):
        missing = {key: wanted[key] for key in wanted if key not in ids}
        for row_id, site_id, external_id in hot_path_sql.fetch(
            statement, _records(missing.values())
        ):
            key = (site_id, external_id)
            ids[key] = row_id
            if trust:
                directory.set(key, (row_id, missing[key][0]))
        if len(ids) == len(wanted):
            return ids
    raise Busy(_("Another request is writing this story or author. Send it again."))


def _records(wanted: Iterable[tuple[int, dict[str, Any]]]) -> Sequence[str]:
    return [json.dumps([record for _, record in wanted], ensure_ascii=False)]


def put_story(site: Site, fields: StoryFields) -> Story:
    """Create a story, or change the fields that were sent; return the row. Raises Invalid.

    A new state is recorded with the moderators' changes of state. The last change counts.
    """
    fields.check("")
    key = (site.pk, fields.external_id)
    stories.forget(key)
    with transaction.atomic():
        known = Story.objects.select_for_update(no_key=True).filter(
            site=site, external_id=fields.external_id
        )
        before = known.values_list("state", flat=True).first()
        ids = find_ids(stories, STORIES, {key: (fields.content, fields.row(site.pk))})
        story = Story.objects.get(pk=ids[key])
        if before and before != story.state:
            StoryChange.objects.create(
                story=story, state_before=before, state=story.state, by_publisher=True
            )
    return story
