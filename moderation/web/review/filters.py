"""The filters of the review queue, as a form and as part of every address of the round."""

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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.models import Moderator, Source, Status
from moderation.policy import FACTS, SIGNALS, CompiledPolicy
from moderation.review.queue import sections
from moderation.review.queue_filters import QueueFilters

Choices = list[tuple[str, str]]
ORDERS = [
    ("priority", gettext_lazy("Most urgent first")),
    ("newest", gettext_lazy("Newest first")),
    ("oldest", gettext_lazy("Oldest first")),
]
AGES = [
    (0, gettext_lazy("Any age")),
    (1, gettext_lazy("Over an hour")),
    (24, gettext_lazy("Over a day")),
    (168, gettext_lazy("Over a week")),
]
STATUSES = [
    (Status.IN_REVIEW, gettext_lazy("In review")),
    (Status.PENDING, gettext_lazy("Waiting for a score")),
    (Status.APPROVED, gettext_lazy("Approved")),
    (Status.REJECTED, gettext_lazy("Rejected")),
]
# The range of the filtered signal.
SPAN = ("at_least", "at_most")
# The labels of filters that are only on or off.
SWITCHES = {
    "flagged": gettext_lazy("Flagged by readers"),
    "escalated": gettext_lazy("Escalated by moderators"),
    "deferred": gettext_lazy("Deferred"),
    "watched": gettext_lazy("Stories that you watch"),
}
# The other fields are under "More filters".
FIRST_FIELDS = ("search", "status", "order", "signal")


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is set: its label, its value ("" for a switch), and the query without it."""

    label: str
    value: str
    query: str


class Select(forms.Select):
    """A choice from a list. Django's own renders a template for each option: half of the list."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the same as Django's own widget, for options without groups."""
        field = self.get_context(name, value, attrs)["widget"]
        options = [option for _, group, _ in field["optgroups"] for option in group]
        return format_html(
            "<select{}>{}</select>",
            flatatt({"name": field["name"], **field["attrs"]}),
            format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                (
                    (option["value"], flatatt(option["attrs"]), option["label"])
                    for option in options
                ),
            ),
        )


class ChoiceField(forms.ChoiceField):
    """A choice that is quick to show."""

    widget = Select


class FilterForm(forms.Form):
    """The filters that a moderator may choose. Each invalid value is ignored."""

    search = forms.CharField(
        required=False,
        label=gettext_lazy("Search"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Words in comments")}
        ),
    )
    status = ChoiceField(required=False, label=gettext_lazy("Status"), choices=STATUSES)
    order = ChoiceField(required=False, label=gettext_lazy("Order"), choices=ORDERS)
    section = ChoiceField(required=False, label=gettext_lazy("Section"))
    clause = ChoiceField(required=False, label=gettext_lazy("Clause"))
    rule = ChoiceField(required=False, label=gettext_lazy("Rule"))
    source = ChoiceField(
        required=False,
        label=gettext_lazy("Sent here by"),
        choices=[("", gettext_lazy("Anyone")), *Source.choices],
    )
    signal = ChoiceField(
        required=False,
        label=gettext_lazy("Signal"),
        choices=[
            ("", gettext_lazy("Any signal")),
            *((name, FACTS[name].label) for name in SIGNALS),
        ],
    )
    at_least = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        label=gettext_lazy("Signal at least"),
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "0.50"}),
    )
    at_most = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        label=gettext_lazy("Signal at most"),
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "1.00"}),
    )
    language = forms.CharField(
        required=False,
        label=gettext_lazy("Language"),
        max_length=8,
        widget=forms.TextInput(attrs={"placeholder": "en", "autocapitalize": "none"}),
    )
    older_than = forms.TypedChoiceField(
        required=False, label=gettext_lazy("Age"), choices=AGES, coerce=int, widget=Select
    )
    story = forms.CharField(required=False, max_length=255, label=gettext_lazy("Story id"))
    author = forms.CharField(required=False, max_length=255, label=gettext_lazy("Author id"))
    flagged = forms.BooleanField(required=False, label=SWITCHES["flagged"])
    escalated = forms.BooleanField(required=False, label=SWITCHES["escalated"])
    deferred = forms.BooleanField(required=False, label=SWITCHES["deferred"])
    watched = forms.BooleanField(required=False, label=SWITCHES["watched"])

    def __init__(
        self, data: QueryDict, *, moderator: Moderator, policy: CompiledPolicy | None
    ) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.moderator, self.policy = moderator, policy
        clauses = [(c.id, f"{c.number} {c.title}") for c in policy.clauses] if policy else []
        rules = [(rule.id, rule.id) for rule in policy.rules] if policy else []
        choices: dict[str, Choices | Callable[[], Choices]] = {
            "section": functools.cache(self._sections),
            "clause": [("", _("Any clause")), *clauses],
            "rule": [("", _("Any rule")), *rules],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def _sections(self) -> Choices:
        """Look the sections up: only the list shows them, and only a filter on one needs them."""
        return [("", _("All sections")), *((name, name) for name in sections(self.moderator.site))]

    def filters(self) -> QueueFilters:
        """Return the valid filters, as the queue takes them."""
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
        """Return the fields under "More filters"."""
        return [field for field in self if field.name not in FIRST_FIELDS]

    def active(self) -> list[ActiveFilter]:
        """Return the filters in use except status and order, each with the query without it."""
        filters = self.filters()
        active = []
        for name, value in non_defaults(filters).items():
            if name in ("status", "order") or (name in SPAN and filters.signal):
                continue
            label = str(self[name].label)
            shown = str(dict(getattr(self.fields[name], "choices", ())).get(value, value))
            if name == "signal":
                shown = _("%(signal)s from %(low)s to %(high)s") % {
                    "signal": shown,
                    "low": f"{filters.at_least:g}",
                    "high": f"{filters.at_most:g}",
                }
            if name in SWITCHES:
                shown = ""
            without = {"signal": ("signal", *SPAN)}.get(name, (name,))
            active.append(ActiveFilter(label, shown, query_of(filters, leave_out=without)))
        return active


def non_defaults(filters: QueueFilters) -> dict[str, Any]:
    """Return the filters that differ from the plain queue."""
    plain = QueueFilters()
    values = {field.name: getattr(filters, field.name) for field in fields(filters)}
    return {name: value for name, value in values.items() if value != getattr(plain, name)}


def query_of(filters: QueueFilters, *, leave_out: tuple[str, ...] = (), **more: Any) -> str:
    """Return the filters as the query string of an address ("" or "?…")."""
    values = {k: v for k, v in non_defaults(filters).items() if k not in leave_out}
    values = {name: "on" if name in SWITCHES else value for name, value in values.items()}
    query = urlencode({**values, **{k: v for k, v in more.items() if v}})
    return f"?{query}" if query else ""
