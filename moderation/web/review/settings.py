"""Settings of the review room: a moderator's own keys and care, and an editor's for the site."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from moderation.accounts.roles import at_least
from moderation.models import Moderator, Role, Site
from moderation.web.access import moderates
from moderation.web.review.card import find_policy
from moderation.web.review.content_warnings import clause_lines, save_care, signal_lines
from moderation.web.review.shortcuts import FIRST, SHORTCUTS, keys_of, trouble_with

MOST_PERCENT = 20
# How many of the comments that moderators are given are second reviews.
SHARES = {
    "audit_share": "Decisions of the policy",
    "double_share": "Decisions of colleagues",
    "gold_share": "Gold comments",
}


class SharesForm(forms.Form):
    """Shares in per cent; one that is not given stays as it is."""

    audit_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)
    double_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)
    gold_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)


@moderates
def settings(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show the settings, or save those of one of the page's forms."""
    trouble = site_trouble = ""
    _, policy = find_policy(moderator.site_id)
    keys = {**keys_of(moderator), **({} if moderator.single_keys else FIRST | moderator.shortcuts)}
    if request.method == "POST":
        if "site" in request.POST:
            site_trouble = _save_site(request, moderator)
            saved = not site_trouble
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
        "shares": _share_lines(request, moderator.site),
        "site_trouble": site_trouble,
        "edits": at_least(moderator, Role.EDITOR),
    }
    return render(
        request, "review/settings.html", context, status=422 if trouble or site_trouble else 200
    )


def _save_own(request: HttpRequest, moderator: Moderator, keys: dict[str, str]) -> bool:
    moderator.single_keys = "single_keys" in request.POST
    moderator.shortcuts = {name: key for name, key in keys.items() if key != FIRST[name]}
    moderator.save(update_fields=["single_keys", "shortcuts"])
    return True


def _save_site(request: HttpRequest, moderator: Moderator) -> str:
    """Keep what an editor chose for the site; return what is wrong with it, or ""."""
    if not at_least(moderator, Role.EDITOR):
        raise Http404("Only an editor may change the site.")
    site = moderator.site
    form = SharesForm(request.POST)
    if not form.is_valid():
        return f"Each share is a number from 0 to {MOST_PERCENT} %."
    site.show_reasons = "show_reasons" in request.POST
    given = {name: percent for name, percent in form.cleaned_data.items() if percent is not None}
    for name, percent in given.items():
        setattr(site, name, percent / 100)
    site.save(update_fields=["show_reasons", *given])
    return ""


def _share_lines(request: HttpRequest, site: Site) -> list[tuple[str, str, str]]:
    """Return name, words and value in per cent of each share, as posted where it was refused."""
    return [
        (name, words, request.POST.get(name, f"{100 * getattr(site, name):g}")[:10])
        for name, words in SHARES.items()
    ]
