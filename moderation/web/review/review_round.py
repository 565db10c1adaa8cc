"""The review round of one request: who asks, for which comments, and where the round goes on.

It is made once, in front of the view, and passed along: nothing further reads the address, the
filters or the session.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from moderation.models import Comment, Moderator, PolicyVersion, Site
from moderation.policy import CompiledPolicy, PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.review.queue import LARGEST_ID
from moderation.review.queue_filters import QueueFilters
from moderation.web.access import View, by_script, moderates
from moderation.web.review.filters import FilterForm, non_defaults, query_of

# The oldest skipped comments are forgotten first: they simply come again.
REMEMBERED = 200


@dataclass(frozen=True)
class ReviewRound:
    """One request of a moderator on the review pages; the filters are read when first needed."""

    request: HttpRequest
    moderator: Moderator
    user: User
    site: Site

    @property
    def by_script(self) -> bool:
        """Whether the page's own script asks, and wants JSON."""
        return by_script(self.request)

    @functools.cached_property
    def form(self) -> FilterForm:
        """The filters of the address, bound to the site's sections, live policy and moderator."""
        _, policy = find_policy(self.site.pk)
        return FilterForm(self.request.GET, moderator=self.moderator, policy=policy)

    @functools.cached_property
    def filters(self) -> QueueFilters:
        """The valid part of the filters of the address."""
        return self.form.filters()

    @property
    def filtered(self) -> bool:
        """Whether the filters leave comments of the queue out."""
        return bool(set(non_defaults(self.filters)) - {"order"})

    @property
    def query(self) -> str:
        """The filters as the query string of an address ("" or "?…")."""
        return query_of(self.filters)

    @property
    def queue_address(self) -> str:
        """The address of the list."""
        return self._address("review_queue")

    @property
    def next_address(self) -> str:
        """The address that leads to the next comment."""
        return self._address("review_next")

    def comment_address(self, pk: int) -> str:
        """Return the address of a comment in this round."""
        return self._address("review_comment", pk=pk)

    def _address(self, name: str, **place: int) -> str:
        return reverse(name, kwargs={"site": self.site.slug, **place}) + self.query

    def find_comment(self, pk: int) -> Comment:
        """Return a comment of the site with story, author and parent; 404 for any other."""
        return find_comment(self.moderator, pk)

    @property
    def skipped(self) -> list[int]:
        """The comments that the moderator skipped on the site, oldest first, from the session."""
        return list(self.request.session.get(self._skipped_key, ()))

    def skip(self, pk: int) -> None:
        """Remember a skipped comment, so that the round does not offer it again."""
        others = [other for other in self.skipped if other != pk]
        self.request.session[self._skipped_key] = [*others, pk][-REMEMBERED:]

    def restart(self) -> None:
        """Forget the skipped comments: a new round begins."""
        self.request.session.pop(self._skipped_key, None)

    @property
    def _skipped_key(self) -> str:
        return f"skipped-{self.site.pk}"


def in_round(view: Callable[Concatenate[ReviewRound, ...], HttpResponse]) -> View:
    """Give the view the round of the request; 404 for people who do not moderate the site."""

    @moderates
    @functools.wraps(view)
    def opened(request: HttpRequest, moderator: Moderator, **place: int) -> HttpResponse:
        return view(_open_round(request, moderator), **place)

    return opened


def on_comment(view: Callable[[ReviewRound, Comment], HttpResponse]) -> View:
    """Give the view the round and the comment in the address; 404 for another site's comment."""

    @moderates
    @functools.wraps(view)
    def opened(request: HttpRequest, moderator: Moderator, pk: int) -> HttpResponse:
        return view(_open_round(request, moderator), find_comment(moderator, pk))

    return opened


def _open_round(request: HttpRequest, moderator: Moderator) -> ReviewRound:
    return ReviewRound(request, moderator, moderator.user, moderator.site)


def find_comment(moderator: Moderator, pk: int) -> Comment:
    """Return a comment of the moderator's site with story, author and parent; 404 for any other."""
    comments = Comment.objects.select_related("story", "author", "parent")
    comment = None if pk > LARGEST_ID else comments.filter(pk=pk, site=moderator.site).first()
    if comment is None:
        raise Http404("No such comment.")
    return comment


def find_policy(site_pk: int) -> tuple[PolicyVersion | None, CompiledPolicy | None]:
    """Return the live policy, or nothing when none can be read: the page must open all the same."""
    try:
        return live_policy(site_pk)
    except (NoPolicyError, PolicyError):
        return None, None
