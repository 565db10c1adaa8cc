"""The errors that a client may see; the API, the pages and each integration format them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.models import Comment, Decision


class ModerationError(Exception):
    """A refusal: `code` for programs, `message` for people, `field` and `limit` where they help."""

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
    """It does not exist, or belongs to another site: the answer is the same for both."""

    status = 404
    code = "not_found"


class NotAllowed(ModerationError):
    """The person may see it, but another role may do this."""

    status = 403
    code = "not_allowed"


class Suspended(NotAllowed):
    """The author may not write until `until`."""

    code = "author_suspended"

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message, field="author.id")
        self.until = until


class Invalid(ModerationError):
    """A value that cannot be accepted."""

    status = 422
    code = "invalid"


class TooLarge(ModerationError):
    """A request above a size limit."""

    status = 413
    code = "too_large"


class Conflict(ModerationError):
    """The request contradicts the stored data."""

    status = 409
    code = "conflict"


class Busy(ModerationError):
    """Another transaction holds the row; the same request can succeed in a moment."""

    status = 503
    code = "busy"


class Unavailable(Busy):
    """The database does not answer; the same request can succeed in a moment."""

    code = "unavailable"


class StaleDecision(Conflict):
    """The comment has changed since the person read it; `current` is the latest decision."""

    code = "stale_decision"

    def __init__(self, message: str, *, comment: Comment, current: Decision | None) -> None:
        super().__init__(message)
        self.comment = comment
        self.current = current


class IllegalTransition(Conflict):
    """The state machine has no transition from the comment's status to the new one."""

    code = "illegal_transition"
