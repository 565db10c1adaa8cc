"""Deciding many comments at once: choose, read a sample without scores, decide, undo.

They are chosen by filters, or by hand in the list.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from moderation.models import BulkDecision, Comment, Moderator, Status
from moderation.platform.errors import ModerationError, NotFound
from moderation.review import bulk as together
from moderation.review.actions import ModeratorDecision, SeenComment
from moderation.review.deferrals import HOURS
from moderation.review.queue import LARGEST_ID, Count, count_comments
from moderation.review.queue_filters import QueryTooSlow, QueueFilters
from moderation.web.access import moderates
from moderation.web.numbers import read_number
from moderation.web.review.card import find_policy
from moderation.web.review.filters import query_of
from moderation.web.review.queue import read_filters, to_queue
from moderation.web.review.rows import is_cut


@require_http_methods(["GET", "POST"])
@moderates
def choose(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Ask what to do with the filtered comments, and how many to read first."""
    form = read_filters(request, moderator)
    filters = form.filters()
    problem = ""
    if form.errors:
        # A list may ignore a filter that it cannot read; many decisions may not.
        problem = "One of the filters makes no sense: go back to the list and choose again."
    elif request.method == "POST":
        size = request.POST.get("sample", "")
        try:
            made = together.choose(
                moderator.user,
                moderator.site,
                filters,
                read_plan(request),
                sample=read_number(size),
                query=query_of(filters),
            )
            return redirect("review_bulk", moderator.site.slug, made.pk)
        except ModerationError as error:
            problem = error.message
        except QueryTooSlow:
            problem = "That took too long. Narrow the list down first."
    _, program = find_policy(moderator.site_id)
    context = {
        "site": moderator.site,
        "moderator": moderator,
        "form": form,
        "query": query_of(filters),
        "count": _count(moderator, filters),
        "cap": together.CAP,
        "clauses": program.citable if program else (),
        "sizes": [(size, 100 * together.most_wrong(size, 0)) for size in together.SAMPLES],
        "hours": HOURS,
        "problem": problem,
    }
    return render(request, "review/bulk_choose.html", context, status=422 if problem else 200)


def read_plan(request: HttpRequest) -> together.Plan:
    """Return what a button or option says: "" to approve, a clause, ":4" to defer four hours."""
    said = request.POST.get("clause", "")[:64]
    if said.startswith(":"):
        return together.Plan(together.DEFERRED, read_number(said[1:]))
    if said:
        return together.Plan(ModeratorDecision(status=Status.REJECTED, clauses=[said]))
    return together.Plan(ModeratorDecision(status=Status.APPROVED))


@require_http_methods(["GET", "POST"])
@moderates
def selected(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Decide on the comments that were ticked in the list, once what it cut off was read too."""
    filters = read_filters(request, moderator).filters()
    if request.method == "GET":
        return to_queue(moderator, filters)
    chosen = [_ticked(each) for each in request.POST.getlist("chosen")[: together.SELECTED_CAP + 1]]
    pks = [press.comment_pk for press in chosen]
    texts = Comment.objects.filter(site=moderator.site, pk__in=pks).values_list("pk", "body")
    try:
        made = together.select(
            moderator.user,
            moderator.site,
            chosen,
            read_plan(request),
            unread=[pk for pk, body in texts if is_cut(body)],
            key=request.POST.get("key", ""),
            query=query_of(filters),
        )
        if made.read_at is None or made.decided_at is not None:
            return redirect("review_bulk", moderator.site.slug, made.pk)
        return _show_outcome(request, moderator, made, together.decide_bulk(made))
    except NotFound as error:
        raise Http404(error.message) from error
    except ModerationError as error:
        messages.warning(request, error.message)
        return to_queue(moderator, filters)


def _ticked(given: str) -> SeenComment:
    """Read "12:3": the comment and the version that the list showed."""
    pk, _, version = given.partition(":")
    return SeenComment(read_number(pk), min(read_number(version), 2**31 - 1))


def _count(moderator: Moderator, filters: QueueFilters) -> Count | None:
    try:
        return count_comments(moderator.site, filters)
    except QueryTooSlow:
        return None


@require_http_methods(["GET", "POST"])
@moderates
def bulk(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """Show where a bulk decision stands, and carry out its next step."""
    try:
        found = together.find_bulk(moderator.user, moderator.site, min(number, LARGEST_ID))
    except NotFound as error:
        raise Http404(error.message) from error
    if request.method == "POST":
        try:
            return _step(request, moderator, found)
        except ModerationError as error:
            messages.warning(request, error.message)
            return redirect("review_bulk", moderator.site.slug, found.pk)
    template = "review/bulk_sample.html" if found.read_at is None else "review/bulk.html"
    return render(request, template, _context(moderator, found))


def _step(request: HttpRequest, moderator: Moderator, found: BulkDecision) -> HttpResponse:
    """Take the sample's answers, decide, or undo: whichever button was pressed."""
    if "decide" in request.POST:
        outcome = together.decide_bulk(found)
    elif "undo" in request.POST:
        outcome = together.undo_bulk(found)
    else:
        answers = {pk: request.POST.get(f"answer-{pk}", "") for pk in found.sample}
        if not all(answers.values()):
            messages.warning(request, "Some of them have no answer yet: read every one.")
            return render(
                request, "review/bulk_sample.html", _context(moderator, found), status=422
            )
        together.note_sample(found, [pk for pk, said in answers.items() if said == "otherwise"])
        return redirect("review_bulk", moderator.site.slug, found.pk)
    return _show_outcome(request, moderator, found, outcome, undone="undo" in request.POST)


def _show_outcome(
    request: HttpRequest,
    moderator: Moderator,
    found: BulkDecision,
    outcome: together.Outcome,
    *,
    undone: bool = False,
) -> HttpResponse:
    found.refresh_from_db()
    context = _context(moderator, found) | {"outcome": outcome, "undone": undone}
    return render(request, "review/bulk.html", context)


def _context(moderator: Moderator, found: BulkDecision) -> dict[str, object]:
    comments = Comment.objects.filter(pk__in=found.sample).select_related("story", "parent")
    by_pk = comments.in_bulk()
    bound = together.bound_of(found)
    _, program = find_policy(moderator.site_id)
    clause = program.clause(found.clause) if program and found.clause else None
    return {
        "site": moderator.site,
        "moderator": moderator,
        "bulk": found,
        "drawn": [by_pk[pk] for pk in found.sample if pk in by_pk],
        "left": len(found.comments) - len(found.otherwise),
        "bound": 100 * bound,
        "limit": 100 * together.LIMIT,
        "proven": found.read_at is not None and bound <= together.LIMIT,
        "clause": clause,
    }
