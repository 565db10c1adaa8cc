"""Previews: a submission's score and verdict without storing it, and the words behind a score."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import F

from moderation.community.authors import get_author
from moderation.community.suspensions import suspensions
from moderation.intake.submit import Submission
from moderation.models import Author, Comment, Site, Status, Story
from moderation.platform.memo import Memo
from moderation.policy import Verdict, apply_site_rules
from moderation.policy_versions.live import live_policy
from moderation.scoring.context import (
    RECORD_CAP,
    AuthorRecord,
    CommentContext,
    Subject,
    gather,
)
from moderation.scoring.site_classifier import classifier_for, item_of, score_for_site

if TYPE_CHECKING:
    from classifiers import Contribution, Measurement

# A row number above all others: every stored comment is earlier.
NEWEST = 2**63 - 1


def preview(site: Site, submission: Submission) -> tuple[Measurement | None, Verdict]:
    """Score a submission and apply the policy, in this process; store nothing.

    The story, the comment it answers and the author are looked up by their ids; story text in the
    submission comes first. The measurement is None when the classifier cannot be used. Raises
    NoPolicyError or PolicyError when the site has no policy that can judge, Suspended where the
    author may not write.
    """
    _, policy = live_policy(site)
    context = _imagine(site, submission)
    classifier, (score,) = score_for_site(site.pk, [context])
    facts = context.facts
    if score:
        facts = facts.scored(score.signals, score.language, trained=score.trained)
    damaged = classifier is not None and classifier.damaged
    return score, apply_site_rules(policy, facts, story_state=context.story.state, damaged=damaged)


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
    context = gather([Subject.of(comment)])[0]
    return tuple(classifier_for(comment.site_id).explain(item_of(context)))


def _imagine(site: Site, submission: Submission) -> CommentContext:
    """Return the submission in the context that it would have as the newest comment."""
    story = Story.objects.filter(site=site, external_id=submission.story.external_id).first()
    author = get_author(site, submission.author_external_id)
    if author and (refusal := suspensions([author.pk]).get(author.pk)):
        raise refusal
    parent = Comment.objects.filter(
        site=site, external_id=submission.parent_external_id or ""
    ).first()
    known = gather(
        [
            Subject(
                pk=NEWEST,
                story_pk=story.pk if story else 0,
                author_pk=author.pk if author else None,
                parent_pk=parent.pk if parent else None,
                body=submission.body,
            )
        ]
    )[0]
    told = known.story._replace(
        title=submission.story_title or known.story.title,
        body=submission.story_body or known.story.body,
        section=submission.story_section or known.story.section,
    )
    record = _record_of(author)
    facts = replace(
        known.facts,
        section=told.section,
        author_approved=record.approved,
        author_rejected=record.rejected,
        author_standing=record.standing,
    )
    return replace(known, story=told, facts=facts)


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
