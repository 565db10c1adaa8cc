"""Settings of the review room: a moderator's own keys and care, and an editor's for the site."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from moderation.models import Moderator, Role
from moderation.selectors.moderators import at_least
from moderation.web.access import moderates
from moderation.web.care import clause_lines, save_care, signal_lines
from moderation.web.review_card import find_policy
from moderation.web.shortcuts import FIRST, SHORTCUTS, keys_of, trouble_with


@moderates
def settings(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show the settings, or save those of one of the page's forms."""
    trouble = ""
    _, policy = find_policy(moderator.site_id)
    keys = {**keys_of(moderator), **({} if moderator.single_keys else FIRST | moderator.shortcuts)}
    if request.method == "POST":
        if "site" in request.POST:
            saved = _save_site(request, moderator)
        elif "care" in request.POST:
            save_care(moderator, policy, request.POST)
            saved = True
        else:
            keys = {name: request.POST.get(name, "")[:4].strip() for name in FIRST}
            trouble = trouble_with(keys)
            saved = not trouble and _save_own(request, moderator, keys)
        if saved:
            messages.success(request, "Saved.")
            return redirect("review_settings", moderator.site.slug)
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "shortcuts": [(each, keys[each.action]) for each in SHORTCUTS],
        "cover_key": keys["cover"],
        "trouble": trouble,
        "clauses": clause_lines(moderator, policy),
        "signals": signal_lines(moderator),
        "edits": at_least(moderator, Role.EDITOR),
    }
    return render(request, "review/settings.html", context, status=422 if trouble else 200)


def _save_own(request: HttpRequest, moderator: Moderator, keys: dict[str, str]) -> bool:
    moderator.single_keys = "single_keys" in request.POST
    moderator.shortcuts = {name: key for name, key in keys.items() if key != FIRST[name]}
    moderator.save(update_fields=["single_keys", "shortcuts"])
    return True


def _save_site(request: HttpRequest, moderator: Moderator) -> bool:
    if not at_least(moderator, Role.EDITOR):
        return False
    moderator.site.show_reasons = "show_reasons" in request.POST
    moderator.site.save(update_fields=["show_reasons"])
    return True
