"""The address of the page on which an author reads the decision, without an account.

The signature is the only proof: anyone who has the address counts as the author. The address works
as long as the comment and SECRET_KEY exist (SECRET_KEY_FALLBACKS count).
"""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer

_signer = Signer(salt="moderation.decision", sep="~")


def decision_url(comment_pk: int) -> str:
    """Return the address of the page that tells a comment's author of the decision."""
    return f"{settings.BASE_URL}/decisions/{_signer.sign(str(comment_pk))}/"


def read_link(token: str) -> int | None:
    """Return the comment that a signed address names; None for any other text."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
