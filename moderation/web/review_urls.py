"""The review room."""

from __future__ import annotations

from django.urls import path

from moderation.web import (
    review,
    review_actions,
    review_appeals,
    review_bulk,
    review_overviews,
    review_people,
    review_presence,
    review_quality,
    review_settings,
    review_stories,
)

urlpatterns = [
    path("", review.sites, name="review"),
    path("<slug:site>/", review.queue, name="review_queue"),
    path("<slug:site>/next/", review.next_comment, name="review_next"),
    path("<slug:site>/ahead/", review.ahead, name="review_ahead"),
    path("<slug:site>/here/", review_presence.here, name="review_here"),
    path("<slug:site>/comments/<int:pk>/", review.comment, name="review_comment"),
    path("<slug:site>/comments/<int:pk>/after/", review.after, name="review_after"),
    path("<slug:site>/comments/<int:pk>/before/", review.before, name="review_before"),
    path("<slug:site>/comments/<int:pk>/decide/", review_actions.decide, name="review_decide"),
    path("<slug:site>/appeals/", review_appeals.appeals, name="review_appeals"),
    path("<slug:site>/appeals/next/", review_appeals.next_appeal, name="review_appeal_next"),
    path("<slug:site>/appeals/undo/", review_appeals.take_back, name="review_appeal_undo"),
    path("<slug:site>/appeals/<int:pk>/", review_appeals.appeal, name="review_appeal"),
    path(
        "<slug:site>/appeals/<int:pk>/answer/", review_appeals.answer, name="review_appeal_answer"
    ),
    path("<slug:site>/authors/", review_people.standings, name="review_standings"),
    path("<slug:site>/authors/<int:pk>/", review_people.author, name="review_author"),
    path("<slug:site>/stories/<int:pk>/", review_stories.story, name="review_story"),
    path("<slug:site>/watched/", review_stories.watched, name="review_watched"),
    path("<slug:site>/selected/", review_bulk.selected, name="review_selected"),
    path("<slug:site>/together/", review_bulk.choose, name="review_bulk_choose"),
    path("<slug:site>/together/<int:number>/", review_bulk.bulk, name="review_bulk"),
    path("<slug:site>/workload/", review_overviews.workload, name="review_workload"),
    path("<slug:site>/own/", review_overviews.own, name="review_own"),
    path("<slug:site>/quality/", review_quality.agreement, name="review_agreement"),
    path("<slug:site>/quality/gold/", review_quality.gold, name="review_gold"),
    path(
        "<slug:site>/quality/disagreements/",
        review_quality.disagreements,
        name="review_disagreements",
    ),
    path("<slug:site>/settings/", review_settings.settings, name="review_settings"),
    path("<slug:site>/undo/", review_actions.undo, name="review_undo"),
]
