"""Bulk decisions: choose many comments, review a sample without scores, decide, undo.

The comments are chosen by filters, or ticked in the list.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from moderation.models import BulkDecision, Comment, Moderator, Status
from moderation.platform.errors import ModerationError, NotFound
from moderation.review import bulk as bulk_decisions
from moderation.review.actions import ModeratorDecision, SeenComment
from moderation.review.deferrals import HOURS
from moderation.review.queue import LARGEST_ID, Count, count_comments
from moderation.review.queue_filters import QueryTooSlow
from moderation.web.access import moderates
from moderation.web.query_numbers import read_number
from moderation.web.review.review_round import ReviewRound, find_policy, in_round
from moderation.web.review.rows import is_cut


@require_http_methods(["GET", "POST"])
@in_round
def choose(round: ReviewRound) -> HttpResponse:
    """Ask for the decision on the filtered comments, and the size of the sample."""
    form, posted = round.form, round.request.POST
    filters = round.filters
    problem = ""
    if form.errors:
        # A list may ignore a filter that it cannot read; many decisions may not.
        problem = _("One of the filters has no valid value. Go back to the list and choose again.")
    elif round.request.method == "POST":
        try:
            chosen = bulk_decisions.choose(
                round.user,
                round.site,
                filters,
                read_plan(round.request),
                sample=read_number(posted.get("sample", "")),
                query=round.query,
            )
            return redirect("review_bulk", round.site.slug, chosen.pk)
        except ModerationError as error:
            problem = error.message
        except QueryTooSlow:
            problem = _("The search took too long. Filter the list more narrowly first.")
    context = {
        "site": round.site,
        "moderator": round.moderator,
        "form": form,
        "query": round.query,
        "count": _count(round),
        "cap": bulk_decisions.CAP,
        "clauses": form.policy.citable if form.policy else (),
        "sizes": [
            (size, 100 * bulk_decisions.most_wrong(size, 0)) for size in bulk_decisions.SAMPLES
        ],
        "hours": HOURS,
        "problem": problem,
    }
    return render(round.request, "review/bulk_choose.html", context, status=422 if problem else 200)


def read_plan(request: HttpRequest) -> bulk_decisions.Plan:
    """Read a button or option: "" to approve, a clause to reject by, ":4" to defer four hours."""
    chosen = request.POST.get("clause", "")[:64]
    if chosen.startswith(":"):
        return bulk_decisions.Plan(bulk_decisions.DEFERRED, read_number(chosen[1:]))
    if chosen:
        return bulk_decisions.Plan(ModeratorDecision(status=Status.REJECTED, clauses=[chosen]))
    return bulk_decisions.Plan(ModeratorDecision(status=Status.APPROVED))


@require_http_methods(["GET", "POST"])
@in_round
def selected(round: ReviewRound) -> HttpResponse:
    """Decide on the ticked comments, once the moderator has read what the list cut off."""
    if round.request.method == "GET":
        return redirect(round.queue_address)
    posted = round.request.POST
    ticked = posted.getlist("chosen")[: bulk_decisions.SELECTED_CAP + 1]
    chosen = [_read_ticked(value) for value in ticked]
    pks = [press.comment_pk for press in chosen]
    texts = Comment.objects.filter(site=round.site, pk__in=pks).values_list("pk", "body")
    try:
        bulk = bulk_decisions.select(
            round.user,
            round.site,
            chosen,
            read_plan(round.request),
            unread=[pk for pk, body in texts if is_cut(body)],
            key=posted.get("key", ""),
            query=round.query,
        )
        if bulk.read_at is None or bulk.decided_at is not None:
            return redirect("review_bulk", round.site.slug, bulk.pk)
        outcome = bulk_decisions.decide_bulk(bulk)
        return _show_outcome(round.request, round.moderator, bulk, outcome)
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        messages.warning(round.request, error.message)
        return redirect(round.queue_address)


def _read_ticked(value: str) -> SeenComment:
    """Read "12:3": the comment and the version that the list showed."""
    pk, _colon, version = value.partition(":")
    return SeenComment(read_number(pk), min(read_number(version), 2**31 - 1))


def _count(round: ReviewRound) -> Count | None:
    try:
        return count_comments(round.site, round.filters)
    except QueryTooSlow:
        return None


@require_http_methods(["GET", "POST"])
@moderates
def bulk(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """Show the state of a bulk decision, and carry out its next step."""
    try:
        bulk = bulk_decisions.find_bulk(moderator.user, moderator.site, min(number, LARGEST_ID))
    except NotFound as error:
        raise Http404(error.message) from error
    if request.method == "POST":
        try:
            return _step(request, moderator, bulk)
        except ModerationError as error:
            messages.warning(request, error.message)
            return redirect("review_bulk", moderator.site.slug, bulk.pk)
    template = "review/bulk_sample.html" if bulk.read_at is None else "review/bulk.html"
    return render(request, template, _context(moderator, bulk))


def _step(request: HttpRequest, moderator: Moderator, bulk: BulkDecision) -> HttpResponse:
    """Take the answers to the sample, decide, or undo: whatever the button says."""
    if "decide" in request.POST:
        outcome = bulk_decisions.decide_bulk(bulk)
    elif "undo" in request.POST:
        outcome = bulk_decisions.undo_bulk(bulk)
    else:
        answers = {pk: request.POST.get(f"answer-{pk}", "") for pk in bulk.sample}
        if not all(answers.values()):
            messages.warning(request, _("Some comments have no answer yet. Answer every one."))
            return render(request, "review/bulk_sample.html", _context(moderator, bulk), status=422)
        otherwise = [pk for pk, answer in answers.items() if answer == "otherwise"]
        bulk_decisions.note_sample(bulk, otherwise)
        return redirect("review_bulk", moderator.site.slug, bulk.pk)
    return _show_outcome(request, moderator, bulk, outcome, undone="undo" in request.POST)


def _show_outcome(
    request: HttpRequest,
    moderator: Moderator,
    bulk: BulkDecision,
    outcome: bulk_decisions.Outcome,
    *,
    undone: bool = False,
) -> HttpResponse:
    bulk.refresh_from_db()
    context = _context(moderator, bulk) | {"outcome": outcome, "undone": undone}
    return render(request, "review/bulk.html", context)


def _context(moderator: Moderator, bulk: BulkDecision) -> dict[str, object]:
    comments = Comment.objects.filter(pk__in=bulk.sample).select_related("story", "parent")
    by_pk = comments.in_bulk()
    bound = bulk_decisions.bound_of(bulk)
    _version, policy = find_policy(moderator.site_id)
    clause = policy.clause(bulk.clause) if policy and bulk.clause else None
    return {
        "site": moderator.site,
        "moderator": moderator,
        "bulk": bulk,
        "drawn": [by_pk[pk] for pk in bulk.sample if pk in by_pk],
        "remaining": len(bulk.comments) - len(bulk.otherwise),
        "bound": 100 * bound,
        "limit": 100 * bulk_decisions.LIMIT,
        "proven": bulk.read_at is not None and bound <= bulk_decisions.LIMIT,
        "clause": clause,
    }
