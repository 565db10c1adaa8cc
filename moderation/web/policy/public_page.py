"""The public policy page: the rules for readers, and how their comments are moderated."""

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
    """A change as a sentence, with both texts where a text changed."""

    message: str
    before: str = ""
    after: str = ""


def in_texts(changes: list[PolicyChange]) -> list[TextChange]:
    """Return changes as sentences, with both texts where the texts are long or structured."""
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
    """Return the conditions of a rule, one a line."""
    return "\n".join(condition_sentence(entry) for entry in entries or ())


@require_safe
def policy(request: HttpRequest, site: str) -> HttpResponse:
    """Show the live policy of a site."""
    moderated = get_object_or_404(Site, slug=site)
    try:
        row, program = live_policy(moderated)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No policy is published.") from error
    return _show(request, moderated, row, program)


@require_safe
def version(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Show one published version, and what it changed."""
    moderated = get_object_or_404(Site, slug=site)
    try:
        row, program = policy_version(moderated, number)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No such version.") from error
    return _show(request, moderated, row, program)


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
    """Return the changes since the previous version; None for the first version."""
    try:
        _, before = policy_version(site, (row.number or 0) - 1)
    except (NoPolicyError, PolicyError):
        return None
    return in_texts(public_changes(before, program))
