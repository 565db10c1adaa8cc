"""Erases comments and authors: deletes the texts and names, keeps the rows that others refer to.

Deleted: the text and its revisions, the author's name, the fingerprint, the matched passage, the
notes of readers and moderators, appeals and their answers. Kept, because they hold no text: ids,
times, status, decisions with their clauses, the scores.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from moderation.intake import upserts
from moderation.models import Author, Comment, Flag, Site

COMMENTS_PER_STATEMENT = 500

STATEMENTS = (
    "SELECT id FROM moderation_comment WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
    "DELETE FROM moderation_revision WHERE comment_id = ANY(%s)",
    "UPDATE moderation_score SET passage = NULL WHERE comment_id = ANY(%s) AND passage IS NOT NULL",
    "UPDATE moderation_flag SET note = '' WHERE comment_id = ANY(%s) AND note <> ''",
    "UPDATE moderation_decision SET note = '' WHERE comment_id = ANY(%s) AND note <> ''",
    "UPDATE moderation_escalation SET note = '' WHERE comment_id = ANY(%s) AND note <> ''",
    "UPDATE moderation_appeal SET body = '', words = '', answer = '' WHERE comment_id = ANY(%s)",
    "UPDATE moderation_secondreview SET note = '' WHERE comment_id = ANY(%s) AND note <> ''",
    "DELETE FROM moderation_callback WHERE comment_id = ANY(%s)",
    # Other systems' suggestions for the same text, found by its hash.
    "DELETE FROM moderation_suggestion s USING moderation_comment c WHERE c.id = ANY(%s)"
    " AND s.site_id = c.site_id AND s.digest = encode(sha256(convert_to(c.body, 'UTF8')), 'hex')",
    "UPDATE moderation_comment SET body = '', author_name = '', fingerprint = ''::bytea,"
    " claimed_by_id = NULL, claimed_until = NULL,"
    " erased_at = coalesce(erased_at, clock_timestamp()) WHERE id = ANY(%s)",
)


def erase_comment(comment: Comment) -> None:
    """Erase a comment for good. Erasing it again changes nothing."""
    _erase([comment.pk])


def erase_author(site: Site, external_id: str) -> int:
    """Erase an author, with every comment and flag of theirs; return the number of comments.

    A comment that arrives later creates a new author.
    """
    author = Author.objects.filter(site=site, external_id=external_id).first()
    flags = Flag.objects.filter(comment__site=site, flagger_id=external_id)
    erased = 0
    while author is not None:
        pks = list(
            Comment.objects.filter(author=author)
            .order_by("id")
            .values_list("pk", flat=True)[:COMMENTS_PER_STATEMENT]
        )
        if not pks:
            break
        with transaction.atomic():
            _erase(pks)
            Comment.objects.filter(pk__in=pks).update(author=None)
        erased += len(pks)
    flags.delete()
    if author is not None:
        author.delete()
        upserts.authors.forget((site.pk, external_id))
    return erased


def _erase(pks: Sequence[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, [list(pks)])
