"""Quality: disagreements for senior moderators, agreement and gold comments for editors."""

from __future__ import annotations

import functools
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from moderation.accounts.roles import at_least
from moderation.models import Comment, Moderator, Role, SecondReview, Status
from moderation.platform.errors import Invalid, ModerationError
from moderation.policy import CompiledPolicy
from moderation.quality.disagreements import newest_disagreements, overturn, uphold
from moderation.quality.gold import add_gold, gold_comments, retire_gold
from moderation.quality.report import ClauseAgreement, Compared, quality
from moderation.review.actions import ModeratorDecision
from moderation.web.access import moderates
from moderation.web.query_numbers import read_number
from moderation.web.review.content_warnings import is_covered
from moderation.web.review.reasons import cited, signal_lines
from moderation.web.review.review_round import find_comment, find_policy

PERIODS = (30, 90, 365)
# With fewer reviews, or fewer that rest on a clause, a coefficient says nothing yet.
FEWEST, FEWEST_OF_A_CLAUSE = 50, 20
SETTLED = {
    Status.APPROVED: gettext_lazy("Approved."),
    Status.REJECTED: gettext_lazy("Rejected."),
    Status.IN_REVIEW: gettext_lazy("Returned to the queue."),
}


@functools.partial(moderates, role=Role.SENIOR)
def disagreements(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the second reviews that differ from a decision, and settle one."""
    if request.method == "POST":
        try:
            messages.success(request, _settle(request, moderator))
        except ModerationError as error:
            messages.warning(
                request, _("Nothing was changed: %(reason)s") % {"reason": error.message}
            )
        return redirect("review_disagreements", moderator.site.slug)
    _version, policy = find_policy(moderator.site_id)
    found = newest_disagreements(moderator.site)
    context = {
        "site": moderator.site,
        "edits": at_least(moderator, Role.EDITOR),
        "lines": [
            {
                "review": review,
                "first": cited(review.decision),
                "second": _clause_name(policy, review.clause),
                "covered": _is_covered(moderator, review, policy),
                "key": str(uuid4()),
            }
            for review in found
        ],
    }
    return render(request, "review/disagreements.html", context)


def _settle(request: HttpRequest, moderator: Moderator) -> str:
    posted = request.POST
    key = posted.get("key", "")[:100].replace("\x00", "")
    if not key:
        raise Invalid(_("The form has no key. Load the page again."), field="key")
    if "stands" in posted:
        uphold(moderator.user, moderator.site, read_number(posted["stands"]), key=key)
        return _("The first decision stays.")
    review = read_number(posted.get("turned", ""))
    decision = overturn(moderator.user, moderator.site, review, key=key)
    return str(SETTLED[Status(decision.status)])


def _is_covered(moderator: Moderator, review: SecondReview, policy: CompiledPolicy | None) -> bool:
    assert review.decision is not None
    clauses = {*review.decision.clauses, review.clause}
    return is_covered(moderator, clauses, signal_lines(review.decision.score, policy))


@require_GET
@functools.partial(moderates, role=Role.EDITOR)
def agreement(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Show how far people and the policy agree, with intervals."""
    chosen = request.GET.get("days", "")
    days = int(chosen) if chosen in map(str, PERIODS) else PERIODS[1]
    report = quality(moderator.site, days)
    _version, policy = find_policy(moderator.site_id)
    context = {
        "site": moderator.site,
        "days": days,
        "periods": PERIODS,
        "quality": report,
        "mistakes": (
            (_("Approvals"), report.false_approvals),
            (_("Rejections"), report.false_rejections),
            (_("All decisions"), report.mistakes),
        ),
        "people": _named_rows(policy, report.people),
        "policy": _named_rows(policy, report.policy),
        "fewest": FEWEST,
        "fewest_of_a_clause": FEWEST_OF_A_CLAUSE,
    }
    return render(request, "review/agreement.html", context)


def _named_rows(
    policy: CompiledPolicy | None, compared: Compared
) -> list[tuple[str, ClauseAgreement]]:
    return [(_clause_name(policy, row.clause), row) for row in compared.clauses]


@functools.partial(moderates, role=Role.EDITOR)
def gold(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """List the gold comments, retire one, or set the right answer to the comment in the address."""
    _version, policy = find_policy(moderator.site_id)
    adding: Comment | None = None
    if pk := read_number(request.GET.get("comment", "")):
        adding = find_comment(moderator, pk)
    problem = ""
    if request.method == "POST":
        try:
            messages.success(request, _change_gold(request, moderator, adding))
            return redirect("review_gold", moderator.site.slug)
        except ModerationError as error:
            problem = error.message
    context = {
        "site": moderator.site,
        "adding": adding,
        "problem": problem,
        "clauses": policy.citable if policy else (),
        "lines": [
            (comment, _clause_name(policy, comment.clause))
            for comment in gold_comments(moderator.site)
        ],
    }
    return render(request, "review/gold.html", context, status=422 if problem else 200)


def _change_gold(request: HttpRequest, moderator: Moderator, adding: Comment | None) -> str:
    if adding is None:
        retire_gold(moderator.site, read_number(request.POST.get("retire", "")))
        return _("Retired. No moderator gets this comment any more.")
    clause = request.POST.get("clause", "")[:64].replace("\x00", "")
    status = Status.REJECTED if clause else Status.APPROVED
    ruling = ModeratorDecision(status=status, clauses=[clause] if clause else [])
    add_gold(moderator.user, moderator.site, adding.pk, ruling)
    return _("The comment is now a gold comment.")


def _clause_name(policy: CompiledPolicy | None, id: str) -> str:
    clauses = policy.clauses if policy else ()
    return next((f"{c.number} {c.title}" for c in clauses if c.id == id), id)
