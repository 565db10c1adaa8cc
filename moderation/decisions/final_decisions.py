"""Which decisions are final: a person's last word on a text."""

from __future__ import annotations

from moderation.models import Source

HUMAN = (Source.MODERATOR, Source.APPEAL, Source.IMPORT)
# A decision that gave the comment back to where it stood (an undo) is not a judgement, and neither
# is the one that it took back; an appeal that reverses a decision is one.
STANDS = """
    NOT {alias}.withheld
    AND ({alias}.reverses_id IS NULL OR {alias}.source = 'appeal')
    AND NOT EXISTS (
        SELECT 1 FROM moderation_decision undo
        WHERE undo.reverses_id = {alias}.id AND undo.source <> 'appeal'
    )
"""
