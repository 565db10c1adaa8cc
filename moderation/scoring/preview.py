"""Measuring without storing: what would the policy say, and why does a comment score as it does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import F

from moderation.community.authors import get_author
from moderation.community.suspensions import suspensions
from moderation.intake.submit import Submission
from moderation.models import Author, Comment, Site, Status, Story
from moderation.platform.memo import Memo
from moderation.policy import Verdict
from moderation.policy_versions.live import live_policy
from moderation.scoring.context import (
    RECORD_CAP,
    AuthorRecord,
    Context,
    StoryContext,
    Waiting,
    gather,
)
from moderation.scoring.judge import apply_site_rules, usable_classifier
from moderation.scoring.site_classifier import classifier_for

if TYPE_CHECKING:
    from classifiers import Contribution, Measurement

# Later than every comment that is there.
IMAGINED = 2**63 - 1


def preview(site: Site, submission: Submission) -> tuple[Measurement | None, Verdict]:
    """Measure and judge a submission now, in this process; store nothing.

    The story, the comment it answers and the author are looked up by their ids; story text in the
    submission comes first. The measurement is None when the classifier cannot be used. Raises
    NoPolicyError or PolicyError when the site has no policy that can judge, Suspended where the
    author may not write.
    """
    _, judge = live_policy(site)
    row, context = _imagine(site, submission)
    classifier = usable_classifier(site.pk)
    measured = classifier.score_batch([context.item(row)])[0] if classifier else None
    damaged = classifier is not None and classifier.damaged
    state = context.story_of(row).state
    return measured, apply_site_rules(judge, context.facts(row, measured), state, damaged=damaged)


def explain(comment: Comment) -> list[Contribution]:
    """Return which words moved which signal of a comment, strongest first.

    Offsets are into the comment's body as it is now. Computed on demand, kept for the last
    comments of this process. Raises UnusableBundle when the classifier cannot be used.
    """
    key = (comment.pk, comment.revision, classifier_for(comment.site_id).name)
    return list(_explanations.get_or_make(key, _explain))


# Comment id, revision, name of the classifier.
_explanations: Memo[tuple[int, int, str], tuple[Contribution, ...]] = Memo(size=128)


def _explain(key: tuple[int, int, str]) -> tuple[Contribution, ...]:
    comment = Comment.objects.get(pk=key[0])
    row = _as_waiting(comment)
    item = gather([row]).item(row)
    return tuple(classifier_for(comment.site_id).explain(item))


def _as_waiting(comment: Comment) -> Waiting:
    return Waiting(
        pk=comment.pk,
        site_pk=comment.site_id,
        story_pk=comment.story_id,
        author_pk=comment.author_id,
        parent_pk=comment.parent_id,
        body=comment.body,
        version=comment.version,
        revision=comment.revision,
        attempts=comment.attempts,
    )


def _imagine(site: Site, submission: Submission) -> tuple[Waiting, Context]:
    """Build the row that the submission would become, and what would stand around it."""
    story = Story.objects.filter(site=site, external_id=submission.story.external_id).first()
    story = story or Story(pk=0, site=site)
    author = get_author(site, submission.author_external_id)
    if author and (refusal := suspensions([author.pk]).get(author.pk)):
        raise refusal
    parent = Comment.objects.filter(
        site=site, external_id=submission.parent_external_id or ""
    ).first()
    row = Waiting(
        pk=IMAGINED,
        site_pk=site.pk,
        story_pk=story.pk,
        author_pk=author.pk if author else None,
        parent_pk=parent.pk if parent else None,
        body=submission.body,
        version=1,
        revision=1,
        attempts=0,
    )
    around = gather([row])
    known = around.story_of(row)
    told = StoryContext(
        title=submission.story_title or known.title,
        body=submission.story_body or known.body,
        section=submission.story_section or known.section,
        state=known.state,
        age_days=known.age_days,
        thread=known.thread,
    )
    return row, Context(
        stories={row.story_pk: told},
        parents=around.parents,
        records={IMAGINED: _record_of(author)},
        copies=Counter([row.body]),
    )


def _record_of(author: Author | None) -> AuthorRecord:
    if author is None:
        return AuthorRecord()
    counts = {
        status: len(
            Comment.objects.filter(author=author, status=status)
            .order_by(F("id").desc())
            .values_list("pk")[:RECORD_CAP]
        )
        for status in (Status.APPROVED, Status.REJECTED)
    }
    return AuthorRecord(
        approved=counts[Status.APPROVED],
        rejected=counts[Status.REJECTED],
        standing=author.standing,
    )
