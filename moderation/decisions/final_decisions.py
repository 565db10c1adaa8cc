"""Final decisions: the last decision of a person on a text that nobody took back."""

from __future__ import annotations

from moderation.models import Source

FINAL_SOURCES = (Source.MODERATOR, Source.APPEAL, Source.IMPORT)
# An undo is no decision on the text, and neither is the decision that it took back. A granted
# appeal reverses a decision too, but is itself a decision on the text.
NOT_TAKEN_BACK_SQL = """
    NOT {alias}.withheld
    AND ({alias}.reverses_id IS NULL OR {alias}.source = 'appeal')
    AND NOT EXISTS (
        SELECT 1 FROM moderation_decision undo
        WHERE undo.reverses_id = {alias}.id AND undo.source <> 'appeal'
    )
"""
