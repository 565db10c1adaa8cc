"""Settings: a moderator's own keys and content warnings, and an editor's for the site."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.accounts.roles import at_least
from moderation.models import Moderator, Role, Site
from moderation.web.access import moderates
from moderation.web.review.content_warnings import clause_lines, save_warnings, signal_lines
from moderation.web.review.review_round import find_policy
from moderation.web.review.shortcuts import FIRST, SHORTCUTS, keys_of, problem_with

MOST_PERCENT = 20
# The shares of second reviews, by kind.
SHARES = {
    "audit_share": gettext_lazy("Automatic decisions, in %"),
    "double_share": gettext_lazy("Decisions of colleagues, in %"),
    "gold_share": gettext_lazy("Gold comments, in %"),
}


class SharesForm(forms.Form):
    """Shares in per cent; a share that is missing stays as it is."""

    audit_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)
    double_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)
    gold_share = forms.FloatField(min_value=0, max_value=MOST_PERCENT, required=False)


@moderates
def settings(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show the settings, or save those of one of the page's forms."""
    problem = site_problem = ""
    _version, policy = find_policy(moderator.site_id)
    keys = {**keys_of(moderator), **({} if moderator.single_keys else FIRST | moderator.shortcuts)}
    if request.method == "POST":
        if "site" in request.POST:
            site_problem = _save_site(request, moderator)
            saved = not site_problem
        elif "care" in request.POST:
            save_warnings(moderator, policy, request.POST)
            saved = True
        else:
            keys = {name: request.POST.get(name, "")[:4].strip() for name in FIRST}
            problem = problem_with(keys)
            saved = not problem and _save_keys(request, moderator, keys)
        if saved:
            messages.success(request, _("Saved."))
            return redirect("review_settings", moderator.site.slug)
    context = {
        "moderator": moderator,
        "site": moderator.site,
        "shortcuts": [(shortcut, keys[shortcut.action]) for shortcut in SHORTCUTS],
        "cover_key": keys["cover"],
        "problem": problem,
        "clauses": clause_lines(moderator, policy),
        "signals": signal_lines(moderator),
        "shares": _share_lines(request, moderator.site),
        "site_problem": site_problem,
        "edits": at_least(moderator, Role.EDITOR),
    }
    return render(
        request, "review/settings.html", context, status=422 if problem or site_problem else 200
    )


def _save_keys(request: HttpRequest, moderator: Moderator, keys: dict[str, str]) -> bool:
    moderator.single_keys = "single_keys" in request.POST
    moderator.shortcuts = {name: key for name, key in keys.items() if key != FIRST[name]}
    moderator.save(update_fields=["single_keys", "shortcuts"])
    return True


def _save_site(request: HttpRequest, moderator: Moderator) -> str:
    """Save an editor's choices for the site; return a sentence on what is wrong, or ""."""
    if not at_least(moderator, Role.EDITOR):
        raise Http404("Only an editor may change the site.")
    site = moderator.site
    form = SharesForm(request.POST)
    if not form.is_valid():
        return _("Each share is a number from 0 to %(most)s.") % {"most": MOST_PERCENT}
    site.show_reasons = "show_reasons" in request.POST
    percents = {name: percent for name, percent in form.cleaned_data.items() if percent is not None}
    for name, percent in percents.items():
        setattr(site, name, percent / 100)
    site.save(update_fields=["show_reasons", *percents])
    return ""


def _share_lines(request: HttpRequest, site: Site) -> list[tuple[str, Promise, str]]:
    """Return name, label and per cent of each share, as posted where it was refused."""
    return [
        (name, label, request.POST.get(name, f"{100 * getattr(site, name):g}")[:10])
        for name, label in SHARES.items()
    ]
