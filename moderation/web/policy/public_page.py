"""The public policy page: what is asked of readers, and what is done with their comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from moderation.models import PolicyVersion, Site
from moderation.policy import CompiledPolicy, PolicyChange, PolicyError, public_view
from moderation.policy.public import public_changes
from moderation.policy_versions.live import NoPolicyError, live_policy, policy_version
from moderation.policy_versions.publish import published_versions
from moderation.web.policy.form_rows import condition_sentence, rule_sentence


@dataclass(frozen=True, slots=True)
class TextChange:
    """A change in words; both texts, where the change is one of text."""

    words: str
    before: str = ""
    after: str = ""


def in_texts(changes: list[PolicyChange]) -> list[TextChange]:
    """Put changes into a form that a template can show: both states, where they are worth it."""
    return [_in_text(change) for change in changes]


def _in_text(change: PolicyChange) -> TextChange:
    if change.path.endswith(".when"):
        return TextChange(change.message, _conditions(change.before), _conditions(change.after))
    if change.path.startswith("rules.") and change.kind in ("added", "removed"):
        before, after = (rule_sentence(entry) if entry else "" for entry in _states(change))
        return TextChange(change.message, before, after)
    before, after = _states(change)
    if isinstance(before, str) and isinstance(after, str) and len(before + after) > 60:
        return TextChange(change.message, before, after)
    return TextChange(change.message)


def _states(change: PolicyChange) -> tuple[Any, Any]:
    return change.before, change.after


def _conditions(entries: Any) -> str:
    """Put the conditions of a rule into one line each."""
    return "\n".join(condition_sentence(entry) for entry in entries or ())


@require_safe
def policy(request: HttpRequest, site: str) -> HttpResponse:
    """Show the live policy of a site."""
    found = get_object_or_404(Site, slug=site)
    try:
        row, program = live_policy(found)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No policy is published.") from error
    return _show(request, found, row, program)


@require_safe
def version(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Show one published version, and what it changed."""
    found = get_object_or_404(Site, slug=site)
    try:
        row, program = policy_version(found, number)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No such version.") from error
    return _show(request, found, row, program)


def _show(
    request: HttpRequest, site: Site, row: PolicyVersion, program: CompiledPolicy
) -> HttpResponse:
    versions = list(published_versions(site))
    context: dict[str, Any] = {
        "site": site,
        "version": row,
        "view": public_view(program),
        "versions": versions,
        "live": versions[0].number == row.number,
        "latest": versions[0],
        "tab": "policy",
        "changes": _changes(site, row, program),
    }
    return render(request, "policy/public.html", context)


def _changes(site: Site, row: PolicyVersion, program: CompiledPolicy) -> list[TextChange] | None:
    """Return what changed since the version before; None when there is none to compare with."""
    try:
        _, before = policy_version(site, (row.number or 0) - 1)
    except (NoPolicyError, PolicyError):
        return None
    return in_texts(public_changes(before, program))
