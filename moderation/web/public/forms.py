"""The forms for readers: a comment, another text for it, a report and an appeal."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.appeals.actions import WORDS_POINTS
from moderation.intake.submit import Submission
from moderation.models import Flag, Story
from moderation.platform import validation
from moderation.platform.errors import Invalid, ModerationError

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
# The field of the form that a refusal is about; any other refusal is shown above the form.
FIELDS = {
    "body": "body",
    "author.name": "name",
    "parent_id": "parent",
    "note": "note",
    "words": "words",
}
MESSAGES = {
    "empty": _("The text is invisible. Please write something."),
    "unknown_parent": _("The comment that you reply to is no longer here."),
    "other_story": _("The comment that you reply to belongs to another story."),
}


class BodyForm(forms.Form):
    """The text of a comment, exactly as written."""

    body = forms.CharField(
        strip=False,
        label=_("Your comment"),
        error_messages={"required": _("Please write something.")},
        widget=forms.Textarea(
            attrs={"rows": 6, "dir": "auto", "maxlength": validation.BODY_POINTS}
        ),
    )

    def clean_body(self) -> str:
        """Undo what form encoding does to line ends; refuse an invalid text."""
        body: str = self.cleaned_data["body"].replace("\r\n", "\n")
        return _checked(body, validation.check_body, "body")


class CommentForm(BodyForm):
    """A comment of a reader. With `key`, sending the form twice makes one comment."""

    name = forms.CharField(
        max_length=validation.NAME_POINTS,
        label=_("Your name"),
        help_text=_("Other readers see this name."),
        error_messages={"required": _("Please give a name. It can be a pen name.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
    )
    parent = forms.CharField(
        required=False, max_length=validation.ID_POINTS, widget=forms.HiddenInput
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        """Refuse an invisible name."""
        name: str = self.cleaned_data["name"]
        if validation.is_blank(name):
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return _checked(name, validation.check_text, "author.name", points=validation.NAME_POINTS)

    def clean_key(self) -> str:
        """Return the key of the form, or a new one for a form without a valid key."""
        key: str = self.cleaned_data["key"]
        return key if _KEY.fullmatch(key) else new_key()

    def submission(self, story: Story, reader: str) -> Submission:
        """Return the comment as the API and the pages submit it."""
        data = self.cleaned_data
        # A reader who goes back, edits the text and sends it again sends another comment.
        parts = (reader, data["key"], story.external_id, data["parent"], data["name"], data["body"])
        key = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
        return Submission(
            body=data["body"],
            story_external_id=story.external_id,
            parent_external_id=data["parent"],
            author_external_id=reader,
            author_name=data["name"],
            idempotency_key=f"reader-form-{key}",
        )


class ReportForm(forms.Form):
    """A reader's report of a comment."""

    reason = forms.ChoiceField(
        choices=Flag.Reason.choices,
        label=_("What is wrong with the comment?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a reason.")},
    )
    note = forms.CharField(
        required=False,
        max_length=validation.NOTE_POINTS,
        label=_("Details for the moderators (optional)"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class AppealForm(forms.Form):
    """An author's appeal against a rejection."""

    words = forms.CharField(
        strip=False,
        label=_("Why do you think the decision is wrong?"),
        error_messages={"required": _("Please write a sentence or two.")},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": WORDS_POINTS}),
    )

    def clean_words(self) -> str:
        """Undo what form encoding does to line ends."""
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")


class EditForm(BodyForm):
    """Another text for a rejected comment, with the revision that the author edited."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


def new_key() -> str:
    """Return a new key for a form."""
    return secrets.token_urlsafe(18)


def add_refusal(form: forms.Form, refusal: ModerationError) -> None:
    """Show a refusal next to the field that it is about."""
    field = FIELDS.get(refusal.field or "")
    form.add_error(
        field if field in form.fields else None, MESSAGES.get(refusal.code, refusal.message)
    )


def _checked(value: str, check: Any, field: str, **limits: Any) -> str:
    try:
        check(value, field, **limits)
    except Invalid as refusal:
        raise forms.ValidationError(MESSAGES.get(refusal.code, refusal.message)) from refusal
    return value
