"""Sentences that the script of the review page shows: it holds none itself."""

from __future__ import annotations

from django.utils.translation import gettext as _


def script_messages() -> dict[str, str]:
    """Return the sentences by name; the script replaces their named placeholders."""
    return {
        "anonymous": _("an anonymous author"),
        "next": _("%(message)s Next: %(name)s"),
        "again": _("%(reason)s The comment of %(name)s comes again next."),
        "undone": _("Undone."),
        "noted": _("Noted: the classifier was wrong."),
        "note_removed": _("Note removed."),
        "no_answer": _("The server does not answer."),
        "changed_nothing": _(
            "%(reason)s Your decision on the comment of %(name)s changed nothing."
        ),
        "overruled": _("Overruled."),
        "gone": _("The comment no longer exists."),
        "failed": _("The server could not save a decision."),
        "saving": _("Saving %(count)s…"),
        "saved": _("All saved."),
        "retrying": _("Not saved yet: the server does not answer. Trying again…"),
        "sign_in_failed": _("You are not signed in. Try again, or sign in in a new tab."),
    }
