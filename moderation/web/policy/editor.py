"""The policy editor: every button saves the draft, valid or not, in a form or as JSON."""

from __future__ import annotations

import functools
import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from moderation.accounts.roles import at_least
from moderation.models import Moderator, PolicyVersion, Role
from moderation.platform.errors import ModerationError
from moderation.policy import FACTS, PolicyError, PolicyProblem, describe, parse
from moderation.policy_versions import drafts
from moderation.policy_versions.drafts import StaleDraft, find_draft
from moderation.policy_versions.live import NoPolicyError, ensure_default, live_policy
from moderation.templatetags.times import format_time
from moderation.web.access import moderates
from moderation.web.policy.form import fits_form, read_document
from moderation.web.policy.form_rows import COMPARISON_LABELS, apply_order, build_rows
from moderation.web.policy.json_text import JsonTextError, read_json

KEY_ORDER = {
    key: place
    for place, key in enumerate(
        (
            *("id", "number", "title", "introduction", "promise", "text", "guidance", "cite"),
            *("clauses", "clause", "outcome", "shadow", "when", "fact", "is", "value", "sections"),
            *("note", "words", "banned", "suspect", "rules", "default", "unscored"),
            *("untrained_language", "mode", "process_clause"),
        )
    )
}
edits = functools.partial(moderates, role=Role.EDITOR)


def address_of(moderator: Moderator, name: str = "policy_editor") -> str:
    """Return the path of a page of the editor."""
    return reverse(name, kwargs={"site": moderator.site.slug})


def problems_of(document: dict[str, Any]) -> list[PolicyProblem]:
    """Return what keeps a document from being published."""
    try:
        parse(document)
    except PolicyError as error:
        return error.errors
    return []


def seen_by(request: HttpRequest) -> datetime | None:
    """Return the time of the draft that the editor started from, as the form sent it."""
    try:
        seen = parse_datetime(request.POST.get("seen", "")[:40])
    except ValueError:
        return None
    return seen if seen and seen.tzinfo else None


def page_context(
    moderator: Moderator, draft: PolicyVersion | None, tab: str, **more: Any
) -> dict[str, Any]:
    """Return what every page of the editor shows: the draft, its time, and the live version."""
    return {
        "site": moderator.site,
        "moderator": moderator,
        "tab": "policy",
        "page": tab,
        "draft": draft,
        "seen": draft.updated_at.isoformat() if draft else "",
        "live": ensure_default(moderator.site),
        **more,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@moderates
def edit(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Edit the policy in a form; moderators who cannot edit it read it with its guidance."""
    if not at_least(moderator, Role.EDITOR):
        if request.method == "POST":
            raise Http404("Not yours to edit.")
        return _read_only(request, moderator)
    if request.method == "POST":
        return _save_form(request, moderator)
    draft = find_draft(moderator.site)
    document = draft.document if draft else ensure_default(moderator.site).document
    if not fits_form(document):
        return redirect(address_of(moderator, "policy_json"))
    return _show_form(request, moderator, draft, document)


def _read_only(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    try:
        live, program = live_policy(moderator.site)
    except (NoPolicyError, PolicyError) as error:
        raise Http404("No policy is published.") from error
    rules = [(describe(rule), rule) for rule in program.rules]
    context = {
        **page_context(moderator, None, "read", live=live),
        "program": program,
        "rules": rules,
    }
    return render(request, "policy/read.html", context)


def _show_form(
    request: HttpRequest,
    moderator: Moderator,
    draft: PolicyVersion | None,
    document: dict[str, Any],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    rows = build_rows(document, problems_of(document), request.GET.get("open", ""))
    context = {
        **page_context(moderator, draft, "edit", **more),
        "rows": rows,
        "facts": [(fact.name, fact.label, fact.kind) for fact in FACTS.values()],
        "comparisons": COMPARISON_LABELS,
        "clauses": [
            (clause.get("id", ""), f"{clause.get('number', '')} {clause.get('title', '')}")
            for clause in document.get("clauses", [])
        ],
    }
    return render(request, "policy/edit.html", context, status=status)


def _save_form(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    document = read_document(request.POST)
    order = request.POST.get("do", "save")
    opened = apply_order(document, order)
    try:
        drafts.save_draft(
            moderator.site, document=document, user=moderator.user, seen=seen_by(request)
        )
    except StaleDraft as stale:
        return _show_form(
            request, moderator, stale.current, document, status=409, stale=stale_message(stale)
        )
    except ModerationError as refusal:
        draft = find_draft(moderator.site)
        return _show_form(
            request, moderator, draft, document, status=refusal.status, refusal=refusal.message
        )
    if order == "publish":
        return redirect(address_of(moderator, "policy_publish"))
    if not opened:
        messages.success(request, _("The draft is saved. Readers still see the live version."))
        return redirect(address_of(moderator))
    return redirect(f"{address_of(moderator)}?open={opened}#{opened}")


def stale_message(stale: StaleDraft) -> str:
    """Return a sentence on who changed the draft since the editor opened it."""
    current = stale.current
    if current is None:
        return _("Another editor published or discarded the draft after you opened it.")
    time = format_time(current.updated_at)
    if current.edited_by is None:
        message = _("Another editor saved the draft on %(time)s, after you opened it.")
        return message % {"time": time}
    name = current.edited_by.get_full_name() or current.edited_by.get_username()
    message = _("%(name)s saved the draft on %(time)s, after you opened it.")
    return message % {"name": name, "time": time}


@require_http_methods(["GET", "HEAD", "POST"])
@edits
def edit_json(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Edit the whole document as JSON."""
    draft = find_draft(moderator.site)
    if request.method != "POST":
        document = draft.document if draft else ensure_default(moderator.site).document
        return _show_json(request, moderator, draft, json_text(document), problems_of(document))
    text = request.POST.get("document", "").replace("\r\n", "\n")
    try:
        document = read_json(text)
        saved = drafts.save_draft(
            moderator.site, document=document, user=moderator.user, seen=seen_by(request)
        )
    except JsonTextError as error:
        return _show_json(request, moderator, draft, text, [], status=422, refusal=str(error))
    except StaleDraft as stale:
        return _show_json(
            request, moderator, stale.current, text, [], status=409, stale=stale_message(stale)
        )
    except ModerationError as refusal:
        return _show_json(request, moderator, draft, text, [], status=422, refusal=refusal.message)
    if problems := problems_of(document):
        return _show_json(request, moderator, saved, text, problems, status=422)
    messages.success(request, _("The draft is saved. Readers still see the live version."))
    return redirect(address_of(moderator, "policy_json"))


def json_text(document: Any) -> str:
    """Return a document as JSON with its keys in the order of the documentation."""
    return json.dumps(_in_order(document), ensure_ascii=False, indent=2)


def _in_order(value: Any) -> Any:
    """PostgreSQL keeps no order of keys; unknown keys come last."""
    if isinstance(value, list):
        return [_in_order(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: KEY_ORDER.get(key, len(KEY_ORDER)))
    return {key: _in_order(value[key]) for key in keys}


def _show_json(
    request: HttpRequest,
    moderator: Moderator,
    draft: PolicyVersion | None,
    text: str,
    problems: list[PolicyProblem],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **page_context(moderator, draft, "json", **more),
        "text": text,
        "problems": problems,
        "fits": fits_form(draft.document) if draft else True,
    }
    return render(request, "policy/json.html", context, status=status)
