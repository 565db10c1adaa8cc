"""The filters of the review queue, as a form and as part of every address in the review room."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from moderation.models import Moderator, Source, Status
from moderation.policy import FACTS, SIGNALS, CompiledPolicy
from moderation.review.queue import sections
from moderation.review.queue_filters import QueueFilters

Choices = list[tuple[str, str]]
ORDERS = [
    ("priority", "Most urgent first"),
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
]
AGES = [(0, "Any age"), (1, "Over an hour"), (24, "Over a day"), (168, "Over a week")]
STATUSES = [
    (Status.IN_REVIEW, "In review"),
    (Status.PENDING, "Waiting for a score"),
    (Status.APPROVED, "Approved"),
    (Status.REJECTED, "Rejected"),
]
# The span of the signal that is filtered by.
SPAN = ("at_least", "at_most")
# What a filter that is only on or off says.
WORDS = {
    "flagged": ("Flagged", "by readers"),
    "escalated": ("Escalated", "by moderators"),
    "deferred": ("Deferred", "until later"),
    "watched": ("Stories", "that you watch"),
}
# The rest lies behind "More filters".
FIRST_FIELDS = ("search", "status", "order", "signal")


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is set: its name and value in words, and the query without it."""

    name: str
    value: str
    query: str


class Select(forms.Select):
    """A choice from a list. Django's own renders a template for each option: half of the list."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the same that Django's own does, for options without groups."""
        field = self.get_context(name, value, attrs)["widget"]
        options = [option for _, group, _ in field["optgroups"] for option in group]
        return format_html(
            "<select{}>{}</select>",
            flatatt({"name": field["name"], **field["attrs"]}),
            format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((each["value"], flatatt(each["attrs"]), each["label"]) for each in options),
            ),
        )


class ChoiceField(forms.ChoiceField):
    """A choice that is quick to show."""

    widget = Select


class FilterForm(forms.Form):
    """What a moderator may choose. Values that make no sense are ignored, one by one."""

    search = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Words in comments"}),
    )
    status = ChoiceField(required=False, choices=STATUSES)
    order = ChoiceField(required=False, choices=ORDERS)
    section = ChoiceField(required=False)
    clause = ChoiceField(required=False, label="Held by clause")
    rule = ChoiceField(required=False, label="Held by rule")
    source = ChoiceField(
        required=False, label="Sent here by", choices=[("", "Anyone"), *Source.choices]
    )
    signal = ChoiceField(
        required=False,
        choices=[("", "Any signal"), *((name, FACTS[name].label) for name in SIGNALS)],
    )
    at_least = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        label="Signal at least",
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "0.50"}),
    )
    at_most = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        label="Signal at most",
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "1.00"}),
    )
    language = forms.CharField(
        required=False,
        max_length=8,
        widget=forms.TextInput(attrs={"placeholder": "en", "autocapitalize": "none"}),
    )
    older_than = forms.TypedChoiceField(
        required=False, label="Age", choices=AGES, coerce=int, widget=Select
    )
    story = forms.CharField(required=False, max_length=255, label="Story (its id)")
    author = forms.CharField(required=False, max_length=255, label="Author (their id)")
    flagged = forms.BooleanField(required=False, label="Flagged by readers")
    escalated = forms.BooleanField(required=False, label="Escalated")
    deferred = forms.BooleanField(required=False, label="Deferred")
    watched = forms.BooleanField(required=False, label="Stories that you watch")

    def __init__(
        self, data: QueryDict, *, moderator: Moderator, policy: CompiledPolicy | None
    ) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.moderator, self.policy = moderator, policy
        clauses = [(c.id, f"{c.number} {c.title}") for c in policy.clauses] if policy else []
        rules = [(rule.id, rule.id) for rule in policy.rules] if policy else []
        choices: dict[str, Choices | Callable[[], Choices]] = {
            "section": functools.cache(self._sections),
            "clause": [("", "Any clause"), *clauses],
            "rule": [("", "Any rule"), *rules],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def _sections(self) -> Choices:
        """Look the sections up; only the list shows them, and a filter chooses from them."""
        return [("", "All sections"), *((name, name) for name in sections(self.moderator.site))]

    def filters(self) -> QueueFilters:
        """Return the valid part of what was asked, as the selector wants it."""
        self.is_valid()
        chosen = {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "") and name not in self.errors
        }
        if chosen.get("watched"):
            chosen["watched"] = self.moderator.pk
        return QueueFilters(**chosen)

    def more_fields(self) -> list[forms.BoundField]:
        """Return the fields that are not always in sight."""
        return [field for field in self if field.name not in FIRST_FIELDS]

    def active(self) -> list[ActiveFilter]:
        """Return what is set besides status and order, each with the way to take it off."""
        filters = self.filters()
        found = []
        for name, value in non_defaults(filters).items():
            if name in ("status", "order") or (name in SPAN and filters.signal):
                continue
            label = str(self[name].label)
            shown = str(dict(getattr(self.fields[name], "choices", ())).get(value, value))
            if name == "signal":
                shown = f"{shown} {filters.at_least:g} to {filters.at_most:g}"
            if name in WORDS:
                label, shown = WORDS[name]
            without = {"signal": ("signal", *SPAN)}.get(name, (name,))
            found.append(ActiveFilter(label, shown, query_of(filters, leave_out=without)))
        return found


def non_defaults(filters: QueueFilters) -> dict[str, Any]:
    """Return what differs from the plain queue."""
    plain = QueueFilters()
    values = {field.name: getattr(filters, field.name) for field in fields(filters)}
    return {name: value for name, value in values.items() if value != getattr(plain, name)}


def query_of(filters: QueueFilters, *, leave_out: tuple[str, ...] = (), **more: Any) -> str:
    """Return the query string of the filters, ready to stand in an address ("" or "?…")."""
    values = {k: v for k, v in non_defaults(filters).items() if k not in leave_out}
    values = {name: "on" if name in WORDS else value for name, value in values.items()}
    query = urlencode({**values, **{k: v for k, v in more.items() if v}})
    return f"?{query}" if query else ""
