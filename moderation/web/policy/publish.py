"""From a draft to a version: what changes, what it would have done, publishing, going back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from moderation.models import Moderator
from moderation.platform.errors import ModerationError
from moderation.policy import CompiledPolicy, PolicyError, diff, parse
from moderation.policy_versions import drafts
from moderation.policy_versions import publish as publishing
from moderation.policy_versions.drafts import StaleDraft, find_draft
from moderation.policy_versions.live import NoPolicyError, live_policy, policy_version
from moderation.policy_versions.publish import published_versions
from moderation.scoring.policy_trial import try_policy
from moderation.web.policy.editor import (
    address_of,
    edits,
    page_context,
    problems_of,
    seen_by,
    who_was_faster,
)
from moderation.web.policy.public_page import in_texts


@require_http_methods(["GET", "HEAD", "POST"])
@edits
def publish(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show what the draft changes, and what it would have decided; publish it."""
    if request.method != "POST":
        return _show_publish(request, moderator)
    note = request.POST.get("note", "").strip()
    seen = seen_by(request)
    try:
        if seen is None:
            raise StaleDraft(find_draft(moderator.site))
        version = publishing.publish(moderator.site, user=moderator.user, seen=seen, note=note)
    except StaleDraft as stale:
        return _show_publish(
            request, moderator, status=409, refusal=who_was_faster(stale), note=note
        )
    except PolicyError:
        return _show_publish(request, moderator, status=422, note=note)
    except ModerationError as refusal:
        return _show_publish(
            request, moderator, status=refusal.status, refusal=refusal.message, note=note
        )
    messages.success(
        request, f"Version {version.number} is live. Every comment is judged by it now."
    )
    return redirect(address_of(moderator, "policy_versions"))


def _show_publish(
    request: HttpRequest, moderator: Moderator, *, status: int = 200, **more: Any
) -> HttpResponse:
    draft = find_draft(moderator.site)
    context = page_context(moderator, draft, "publish", **more)
    if draft:
        problems = problems_of(draft.document)
        context["problems"] = problems
        context["changes"] = in_texts(diff(context["live"].document, draft.document))
        if not problems and context["changes"]:
            _, live = live_policy(moderator.site)
            context["trial"] = _trial_words(moderator, live, parse(draft.document))
    return render(request, "policy/publish.html", context, status=status)


def _trial_words(
    moderator: Moderator, live: CompiledPolicy, draft: CompiledPolicy
) -> dict[str, Any]:
    trial = try_policy(moderator.site, live=live, draft=draft)
    comparison = trial.comparison
    rows = [
        (words, comparison.more(outcome), comparison.fewer(outcome))
        for outcome, words in (
            ("approve", "posted by the policy"),
            ("review", "held for a person"),
            ("reject", "turned down by the policy"),
        )
    ]
    return {
        "total": comparison.total,
        "different": comparison.different,
        "rows": [row for row in rows if row[1] or row[2]],
        "examples": trial.examples,
    }


@require_POST
@edits
def discard(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Throw the draft away."""
    seen = seen_by(request)
    try:
        if seen is None:
            raise StaleDraft(find_draft(moderator.site))
        drafts.discard_draft(moderator.site, seen=seen)
    except StaleDraft as stale:
        messages.error(request, f"Nothing was discarded. {who_was_faster(stale)}")
    else:
        messages.success(request, "The draft is gone. You see the live version.")
    return redirect(address_of(moderator))


@require_GET
@edits
def versions(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List what was published, by whom and why."""
    context = {
        **page_context(moderator, find_draft(moderator.site), "versions"),
        "versions": published_versions(moderator.site),
    }
    return render(request, "policy/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@edits
def revert(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """Show what going back to an earlier version would change; do it."""
    try:
        row, _ = policy_version(moderator.site, number)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No such version.") from error
    if request.method == "POST":
        live_number = request.POST.get("live", "")[:9]
        try:
            version = publishing.revert(
                moderator.site,
                number=number,
                user=moderator.user,
                live_number=int(live_number)
                if live_number.isascii() and live_number.isdigit()
                else 0,
            )
        except ModerationError as refusal:
            messages.error(request, refusal.message)
        else:
            words = f"Version {version.number} is live. It says what version {number} said."
            messages.success(request, words)
        return redirect(address_of(moderator, "policy_versions"))
    context = page_context(moderator, find_draft(moderator.site), "versions", version=row)
    context["changes"] = in_texts(diff(context["live"].document, row.document))
    return render(request, "policy/revert.html", context)
