"""Heavy texts: those that weigh on people who read them, as the classifier measured them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db.models import F, FloatField, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Greatest

from moderation.models import Decision, Score, Site

# The measures, and the value from which a text counts.
HEAVY = ("severe_toxicity", "identity_attack", "threat", "sexual")
HEAVY_FROM = 0.5


def heavy_scores() -> QuerySet[Score]:
    """Return the scores of heavy texts."""
    values = [Cast(KeyTextTransform(signal, "signals"), FloatField()) for signal in HEAVY]
    return Score.objects.alias(heaviest=Greatest(*values)).filter(heaviest__gte=HEAVY_FROM)


def heavy_comments(comment_pks: Collection[int]) -> set[int]:
    """Return those of the comments whose present text is heavy."""
    scores = heavy_scores().filter(comment__in=comment_pks, revision=F("comment__revision"))
    return set(scores.values_list("comment", flat=True))


def last_read(user: User, site: Site, read: Sequence[int], most: int) -> list[int]:
    """Return the comments, `most` at most, that come last in what a person reads.

    read: the comments on the desk, in order; before them comes what they decided last.
    """
    last = list(read[-most:])
    if len(last) < most:
        decided = Decision.objects.filter(moderator=user, site=site).order_by("-pk")
        before = decided.exclude(comment__in=last).values_list("comment", flat=True)
        last = [*reversed(before[: most - len(last)]), *last]
    return last
