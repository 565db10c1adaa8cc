"""The forms that readers fill in: a comment, and a report of somebody else's."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from django import forms

from moderation.appeals.actions import WORDS_POINTS
from moderation.intake.submit import Submission
from moderation.models import Flag, Story
from moderation.platform import validation
from moderation.platform.errors import Invalid, ModerationError

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
# Where the refusals of the services belong in the form; anything else stands above it.
FIELDS = {
    "body": "body",
    "author.name": "name",
    "parent_id": "parent",
    "note": "note",
    "words": "words",
}
WORDS = {
    "empty": "Nothing can be seen in it. Please write something.",
    "unknown_parent": "The comment you are answering is not there any more.",
    "other_story": "The comment you are answering stands under another story.",
}


class BodyForm(forms.Form):
    """The text of a comment, kept exactly as written: nothing is stripped."""

    body = forms.CharField(
        strip=False,
        label="Your comment",
        error_messages={"required": "Please write something."},
        widget=forms.Textarea(
            attrs={"rows": 6, "dir": "auto", "maxlength": validation.BODY_POINTS}
        ),
    )

    def clean_body(self) -> str:
        """Undo what form encoding does to line ends; refuse what no comment may be."""
        body: str = self.cleaned_data["body"].replace("\r\n", "\n")
        return _checked(body, validation.check_body, "body")


class CommentForm(BodyForm):
    """A comment of a reader. `key` makes a second press of the same form the same comment."""

    name = forms.CharField(
        max_length=validation.NAME_POINTS,
        label="Your name",
        help_text="As other readers will see it.",
        error_messages={"required": "Please give a name; it need not be your real one."},
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
    )
    parent = forms.CharField(
        required=False, max_length=validation.ID_POINTS, widget=forms.HiddenInput
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        """Refuse a name of invisible letters."""
        name: str = self.cleaned_data["name"]
        if validation.is_blank(name):
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return _checked(name, validation.check_text, "author.name", points=validation.NAME_POINTS)

    def clean_key(self) -> str:
        """Take the form's own key, or a fresh one for a form that has lost it."""
        key: str = self.cleaned_data["key"]
        return key if _KEY.fullmatch(key) else new_key()

    def submission(self, story: Story, reader: str) -> Submission:
        """Return the comment in the form in which every door sends it."""
        data = self.cleaned_data
        # Going back, changing the text and sending again is another comment, not a mistake.
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
        label="What is wrong with it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one."},
    )
    note = forms.CharField(
        required=False,
        max_length=validation.NOTE_POINTS,
        label="Anything that helps us (optional)",
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class AppealForm(forms.Form):
    """An author's appeal against a rejection."""

    words = forms.CharField(
        strip=False,
        label="Why do you think that the decision is wrong?",
        error_messages={"required": "Please write a sentence or two."},
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": WORDS_POINTS}),
    )

    def clean_words(self) -> str:
        """Undo what form encoding does to line ends."""
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")


class EditForm(BodyForm):
    """Another text for a rejected comment, and the revision that its author has changed."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


def new_key() -> str:
    """Return a fresh key for a form."""
    return secrets.token_urlsafe(18)


def add_refusal(form: forms.Form, refusal: ModerationError) -> None:
    """Put a refusal of a service beside the field that it is about."""
    field = FIELDS.get(refusal.field or "")
    form.add_error(
        field if field in form.fields else None, WORDS.get(refusal.code, refusal.message)
    )


def _checked(value: str, check: Any, field: str, **limits: Any) -> str:
    try:
        check(value, field, **limits)
    except Invalid as refusal:
        raise forms.ValidationError(WORDS.get(refusal.code, refusal.message)) from refusal
    return value
