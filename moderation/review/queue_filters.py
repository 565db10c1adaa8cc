"""The filters of the queue, and the query for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import OperationalError, connection, transaction
from django.db.models import (
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Now

from moderation.models import (
    Comment,
    Decision,
    Escalation,
    Flag,
    QueueEntry,
    Score,
    Site,
    Status,
    Watch,
)
from moderation.policy import SIGNALS

Order = Literal["priority", "newest", "oldest"]
COUNT_CAP = 1000
# Only comments in review have a full-text index; other searches scan the newest comments.
SEARCH_WINDOW = 20_000
# A list must not occupy the database for longer than a person would wait for it.
TIMEOUT_MS = 3000


class QueryTooSlow(Exception):
    """The query took longer than `TIMEOUT_MS`: the filters match few of very many comments."""


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """The filters of a moderator; by default all comments that wait for a person now.

    `story` and `author` are the publisher's ids, `clause` and `rule` ids of the policy,
    `at_least` and `at_most` (0-1) apply to the named `signal`, `older_than` is in hours, `source`
    is the `Source` value of the comment's last decision. Deferred comments are shown only with
    `deferred`. `watched`: stories that this moderator (a pk) watches.
    """

    status: str = Status.IN_REVIEW
    order: Order = "priority"
    search: str = ""
    section: str = ""
    story: str = ""
    author: str = ""
    clause: str = ""
    rule: str = ""
    signal: str = ""
    at_least: float = 0.0
    at_most: float = 1.0
    language: str = ""
    source: str = ""
    flagged: bool = False
    escalated: bool = False
    deferred: bool = False
    watched: int = 0
    older_than: int = 0

    @property
    def plain(self) -> bool:
        """Tell whether this is the plain queue, in any order."""
        return replace(self, order="priority") == QueueFilters()

    def of_any_value(self) -> QueueFilters:
        """Return the same filters without the signal and its range."""
        return replace(self, signal="", at_least=0.0, at_most=1.0)


def filter_comments(site: Site, filters: QueueFilters) -> QuerySet[Comment]:
    """Return the matching comments of `site`, in no order; a text search runs at once."""
    comments = Comment.objects.filter(site=site, status=filters.status, erased_at__isnull=True)
    if filters.deferred:
        comments = comments.filter(deferred())
    elif filters.status == Status.IN_REVIEW:
        comments = comments.exclude(deferred())
    if filters.watched:
        stories = Watch.objects.filter(moderator=filters.watched).values("story")
        comments = comments.filter(story__in=stories)
    if filters.section:
        comments = comments.filter(story__section=filters.section)
    if filters.story:
        comments = comments.filter(story__external_id=filters.story)
    if filters.author:
        comments = comments.filter(author__external_id=filters.author)
    if filters.older_than:
        comments = comments.filter(received_at__lt=Now() - timedelta(hours=filters.older_than))
    if filters.flagged:
        comments = comments.filter(Exists(Flag.objects.filter(comment=OuterRef("pk"))))
    if filters.escalated:
        comments = comments.filter(Exists(open_escalations()))
    comments = _filter_by_score(comments, site, filters)
    comments = _filter_by_decision(comments, filters)
    return _search(comments, site, filters) if filters.search else comments


def deferred() -> Q:
    """Return the condition for a comment that is deferred until later than now."""
    return Q(deferred_until__isnull=False, deferred_until__gt=Now())


def open_escalations() -> QuerySet[Escalation]:
    """Return the open escalations of the outer query's comment."""
    return Escalation.objects.filter(comment=OuterRef("pk"), version=OuterRef("version"))


def decisions_by(clauses: Collection[str]) -> QuerySet[Decision]:
    """Return the decisions on the outer query's text that rest on one of the clauses."""
    on_the_text = Decision.objects.filter(comment=OuterRef("pk"), revision=OuterRef("revision"))
    return on_the_text.filter(clauses__overlap=list(clauses))


def _filter_by_score(
    comments: QuerySet[Comment], site: Site, filters: QueueFilters
) -> QuerySet[Comment]:
    scores = Score.objects.filter(comment=OuterRef("pk"), revision=OuterRef("revision"))
    if filters.signal and filters.status == Status.IN_REVIEW:
        comments = _filter_by_entry(comments, site, filters)
    elif filters.signal:
        value = Cast(KeyTextTransform(filters.signal, "signals"), FloatField())
        span = (filters.at_least, filters.at_most)
        comments = comments.filter(Exists(scores.alias(value=value).filter(value__range=span)))
    if filters.language:
        comments = comments.filter(Exists(scores.filter(language=filters.language)))
    return comments


def _filter_by_entry(
    comments: QuerySet[Comment], site: Site, filters: QueueFilters
) -> QuerySet[Comment]:
    """Filter comments in review by the range of a signal.

    As in a search, PostgreSQL cannot estimate the number of matches. Few matches are fetched first.
    With many matches it is faster to test each comment in the order of the queue.
    """
    span = (filters.at_least, filters.at_most)
    matching = entries(site).alias(value=value_of(filters.signal)).filter(value__range=span)
    few = list(matching.values_list("pk", flat=True)[: COUNT_CAP + 1])
    if len(few) <= COUNT_CAP:
        return comments.filter(pk__in=few)
    entry = QueueEntry.objects.filter(comment=OuterRef("pk"))
    value = Subquery(entry.values(value=value_of(filters.signal)))
    return comments.alias(value=value).filter(value__range=span)


def value_of(signal: str) -> F:
    """Return the expression for a signal's value in a queue entry; NULL for a missing value."""
    return F(f"signals__{SIGNALS.index(signal)}")


def _filter_by_decision(comments: QuerySet[Comment], filters: QueueFilters) -> QuerySet[Comment]:
    if not (filters.clause or filters.rule or filters.source):
        return comments
    decisions = Decision.objects.filter(comment=OuterRef("pk"), version=OuterRef("version"))
    if filters.clause:
        decisions = decisions.filter(clauses__contains=[filters.clause])
    if filters.rule:
        decisions = decisions.filter(reasons__contains=[{"rule": filters.rule}])
    if filters.source:
        decisions = decisions.filter(source=filters.source)
    return comments.filter(Exists(decisions))


def _search(comments: QuerySet[Comment], site: Site, filters: QueueFilters) -> QuerySet[Comment]:
    if filters.status != Status.IN_REVIEW:
        newest = Comment.objects.filter(site=site, status=filters.status).order_by("-pk")
        edge = newest.values_list("pk", flat=True)[SEARCH_WINDOW : SEARCH_WINDOW + 1].first()
        comments = comments.filter(pk__gt=edge or 0)
    # The expression is that of the index `comment_review_search`.
    words = SearchVector("body", "author_name", config="simple")
    query = SearchQuery(filters.search, search_type="websearch", config="simple")
    matching = comments.alias(words=words).filter(words=query)
    # PostgreSQL estimates badly how many comments contain a word, and would read the whole queue in
    # order to find a rare one. Few matches are therefore fetched first, by the full-text index.
    few = list(matching.values_list("pk", flat=True)[: COUNT_CAP + 1])
    return matching if len(few) > COUNT_CAP else Comment.objects.filter(pk__in=few)


@contextmanager
def bounded(milliseconds: int = TIMEOUT_MS) -> Iterator[None]:
    """Give each query inside a short time limit; raise QueryTooSlow after it."""
    within = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
            yield
            if within:  # otherwise the limit ends with the transaction
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":
            raise QueryTooSlow from error
        raise


def entries(site: Site) -> QuerySet[QueueEntry]:
    """Return the entries of all comments of the site in review, deferred or not."""
    return QueueEntry.objects.filter(site=site)
