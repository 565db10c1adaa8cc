"""Suspended authors: their comments are refused with the end and the reason."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from moderation.platform import hot_path_sql
from moderation.platform.errors import Suspended

# {0} is the author's alias. A suspension ends by itself, by the database's clock.
SUSPENDED_SQL = "({0}.standing = 'suspended' AND {0}.standing_until > statement_timestamp())"
FIND = f"""
SELECT author.id, author.standing_until, change.reason, (
    SELECT stated->>'title' FROM jsonb_array_elements(policy.document->'clauses') stated
    WHERE stated->>'id' = change.clause LIMIT 1)
FROM moderation_author author
LEFT JOIN LATERAL (
    SELECT * FROM moderation_standingchange
    WHERE author_id = author.id ORDER BY id DESC LIMIT 1) change ON true
LEFT JOIN moderation_policyversion policy ON policy.id = change.policy_id
WHERE author.id = ANY(%s::bigint[]) AND {SUSPENDED_SQL.format("author")}
"""
# A refusal must stay a short answer.
REASON_POINTS = 160


def suspensions(author_ids: Collection[int | None]) -> dict[int | None, Suspended]:
    """Return the refusal for each of these authors who is suspended now; ignore None."""
    refusals: dict[int | None, Suspended] = {}
    known = [pk for pk in author_ids if pk]
    for pk, until, reason, title in hot_path_sql.fetch(FIND, [known]) if known else ():
        end = localtime(until)
        why = (reason or title or "")[:REASON_POINTS]
        message = _("Suspended until %(date)s.") % {"date": date_format(end, "j F Y, H:i T")}
        refusals[pk] = Suspended(f"{message} {why}".strip(), until=until)
    return refusals
