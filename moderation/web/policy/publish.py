"""Publishing: what a draft changes, its effect on recent comments, and earlier versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
    stale_message,
)
from moderation.web.policy.public_page import in_texts

EFFECTS = {
    "approve": gettext_lazy("Posted automatically:"),
    "review": gettext_lazy("Held for a moderator:"),
    "reject": gettext_lazy("Rejected automatically:"),
}
OUTCOMES = {
    "approve": gettext_lazy("Approve"),
    "review": gettext_lazy("Hold"),
    "reject": gettext_lazy("Reject"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@edits
def publish(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show what the draft changes, and its effect on recent comments; publish it."""
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
            request, moderator, status=409, refusal=stale_message(stale), note=note
        )
    except PolicyError:
        return _show_publish(request, moderator, status=422, note=note)
    except ModerationError as refusal:
        return _show_publish(
            request, moderator, status=refusal.status, refusal=refusal.message, note=note
        )
    message = _("Version %(number)d is live. It applies to every comment from now on.")
    messages.success(request, message % {"number": version.number})
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
            live = live_policy(moderator.site)[1]
            context["trial"] = _trial_context(moderator, live, parse(draft.document))
    return render(request, "policy/publish.html", context, status=status)


def _trial_context(
    moderator: Moderator, live: CompiledPolicy, draft: CompiledPolicy
) -> dict[str, Any]:
    trial = try_policy(moderator.site, live=live, draft=draft)
    comparison = trial.comparison
    rows = [
        (label, _difference(comparison.more(outcome), comparison.fewer(outcome)))
        for outcome, label in EFFECTS.items()
    ]
    return {
        "total": comparison.total,
        "different": comparison.different,
        "rows": [(label, difference) for label, difference in rows if difference],
        "examples": [
            (comment, OUTCOMES[old], OUTCOMES[new]) for comment, old, new in trial.examples
        ],
    }


def _difference(more: int, fewer: int) -> str:
    """Return how a count changes; "" when it does not."""
    if more and fewer:
        return _("%(more)d more, %(fewer)d fewer") % {"more": more, "fewer": fewer}
    if more:
        return _("%(more)d more") % {"more": more}
    return _("%(fewer)d fewer") % {"fewer": fewer} if fewer else ""


@require_POST
@edits
def discard(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Discard the draft."""
    seen = seen_by(request)
    try:
        if seen is None:
            raise StaleDraft(find_draft(moderator.site))
        drafts.discard_draft(moderator.site, seen=seen)
    except StaleDraft as stale:
        message = _("%(reason)s Nothing was discarded.")
        messages.error(request, message % {"reason": stale_message(stale)})
    else:
        messages.success(request, _("The draft is discarded. The form shows the live version."))
    return redirect(address_of(moderator))


@require_GET
@edits
def versions(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the published versions, with editor and reason."""
    context = {
        **page_context(moderator, find_draft(moderator.site), "versions"),
        "versions": published_versions(moderator.site),
    }
    return render(request, "policy/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@edits
def revert(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """Show what a return to an earlier version changes; publish the earlier version again."""
    try:
        row = policy_version(moderator.site, number)[0]
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
            message = _("Version %(new)d is live. It has the text of version %(old)d.")
            messages.success(request, message % {"new": version.number, "old": number})
        return redirect(address_of(moderator, "policy_versions"))
    context = page_context(moderator, find_draft(moderator.site), "versions", version=row)
    context["changes"] = in_texts(diff(context["live"].document, row.document))
    return render(request, "policy/revert.html", context)
