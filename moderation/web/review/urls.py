"""The addresses of the review pages."""

from __future__ import annotations

from django.urls import path

from moderation.web.review import (
    appeals,
    authors,
    bulk,
    decide,
    overviews,
    presence,
    quality,
    queue,
    settings,
    stories,
)

urlpatterns = [
    path("", queue.sites, name="review"),
    path("<slug:site>/", queue.queue, name="review_queue"),
    path("<slug:site>/next/", queue.next_comment, name="review_next"),
    path("<slug:site>/ahead/", queue.ahead, name="review_ahead"),
    path("<slug:site>/here/", presence.here, name="review_here"),
    path("<slug:site>/comments/<int:pk>/", queue.comment, name="review_comment"),
    path("<slug:site>/comments/<int:pk>/after/", queue.after, name="review_after"),
    path("<slug:site>/comments/<int:pk>/before/", queue.before, name="review_before"),
    path("<slug:site>/comments/<int:pk>/decide/", decide.decide, name="review_decide"),
    path("<slug:site>/appeals/", appeals.appeals, name="review_appeals"),
    path("<slug:site>/appeals/next/", appeals.next_appeal, name="review_appeal_next"),
    path("<slug:site>/appeals/undo/", appeals.take_back, name="review_appeal_undo"),
    path("<slug:site>/appeals/<int:pk>/", appeals.appeal, name="review_appeal"),
    path("<slug:site>/appeals/<int:pk>/answer/", appeals.answer, name="review_appeal_answer"),
    path("<slug:site>/authors/", authors.standings, name="review_standings"),
    path("<slug:site>/authors/<int:pk>/", authors.author, name="review_author"),
    path("<slug:site>/stories/<int:pk>/", stories.story, name="review_story"),
    path("<slug:site>/watched/", stories.watched, name="review_watched"),
    path("<slug:site>/selected/", bulk.selected, name="review_selected"),
    path("<slug:site>/together/", bulk.choose, name="review_bulk_choose"),
    path("<slug:site>/together/<int:number>/", bulk.bulk, name="review_bulk"),
    path("<slug:site>/workload/", overviews.workload, name="review_workload"),
    path("<slug:site>/own/", overviews.own, name="review_own"),
    path("<slug:site>/quality/", quality.agreement, name="review_agreement"),
    path("<slug:site>/quality/gold/", quality.gold, name="review_gold"),
    path(
        "<slug:site>/quality/disagreements/",
        quality.disagreements,
        name="review_disagreements",
    ),
    path("<slug:site>/settings/", settings.settings, name="review_settings"),
    path("<slug:site>/undo/", decide.undo, name="review_undo"),
]
