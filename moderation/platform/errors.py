"""What can go wrong in words that a client may see; every door turns them into its own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.models import Comment, Decision


class ModerationError(Exception):
    """Refused: `code` for programs, `message` for people, `field` and `limit` where they help."""

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        limit: int | str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field
        self.limit = limit


class NotFound(ModerationError):
    """Missing, or not yours: nobody can tell the two apart."""

    status = 404
    code = "not_found"


class NotAllowed(ModerationError):
    """Theirs to see, and for somebody else to do."""

    status = 403
    code = "not_allowed"


class Suspended(NotAllowed):
    """The author may not write until then."""

    code = "author_suspended"

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, field="author.id")
        self.until = until


class Invalid(ModerationError):
    """A value that cannot be accepted."""

    status = 422
    code = "invalid"


class TooLarge(ModerationError):
    """More than is taken at once."""

    status = 413
    code = "too_large"


class Conflict(ModerationError):
    """It does not fit what is already there."""

    status = 409
    code = "conflict"


class Busy(ModerationError):
    """Somebody else holds it right now; the same request may work in a moment."""

    status = 503
    code = "busy"


class Unavailable(Busy):
    """The database does not answer: nothing was stored, the same request may work in a moment."""

    code = "unavailable"


class StaleDecision(Conflict):
    """The comment has changed since the decider looked; `current` says who decided what, when."""

    code = "stale_decision"

    def __init__(self, message: str, *, comment: Comment, current: Decision | None) -> None:
        super().__init__(message)
        self.comment = comment
        self.current = current


class IllegalTransition(Conflict):
    """The state machine knows no way from where the comment stands to where it should go."""

    code = "illegal_transition"
