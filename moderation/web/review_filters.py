"""The filters of the review queue, as a form and as part of every address in the review room."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from moderation.models import Moderator, Source, Status
from moderation.policy import FACTS, SIGNALS, Policy
from moderation.selectors.queues import QueueFilters, sections

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


class FilterForm(forms.Form):
    """What a moderator may choose. Values that make no sense are ignored, one by one."""

    search = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Words in comments"}),
    )
    status = forms.ChoiceField(required=False, choices=STATUSES)
    order = forms.ChoiceField(required=False, choices=ORDERS)
    section = forms.ChoiceField(required=False)
    clause = forms.ChoiceField(required=False, label="Held by clause")
    rule = forms.ChoiceField(required=False, label="Held by rule")
    source = forms.ChoiceField(
        required=False, label="Sent here by", choices=[("", "Anyone"), *Source.choices]
    )
    signal = forms.ChoiceField(
        required=False,
        choices=[("", "Any signal"), *((name, FACTS[name].words) for name in SIGNALS)],
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
    older_than = forms.TypedChoiceField(required=False, label="Age", choices=AGES, coerce=int)
    story = forms.CharField(required=False, max_length=255, label="Story (its id)")
    author = forms.CharField(required=False, max_length=255, label="Author (their id)")
    flagged = forms.BooleanField(required=False, label="Flagged by readers")
    escalated = forms.BooleanField(required=False, label="Escalated")
    deferred = forms.BooleanField(required=False, label="Deferred")
    watched = forms.BooleanField(required=False, label="Stories that you watch")

    def __init__(self, data: QueryDict, *, moderator: Moderator, policy: Policy | None) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.moderator, self.policy = moderator, policy
        clauses = [(c.id, f"{c.number} {c.title}") for c in policy.clauses] if policy else []
        rules = [(rule.id, rule.id) for rule in policy.rules] if policy else []
        choices: dict[str, list[tuple[str, str]]] = {
            "section": [("", "All sections"), *((name, name) for name in sections(moderator.site))],
            "clause": [("", "Any clause"), *clauses],
            "rule": [("", "Any rule"), *rules],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

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
