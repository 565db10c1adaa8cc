"""The policy editor and the public policy page."""

from __future__ import annotations

from django.urls import path

from moderation.web.policy import editor, public_page, publish

EDITOR = "review/<slug:site>/policy/"

urlpatterns = [
    path("policy/<slug:site>/", public_page.policy, name="policy"),
    path("policy/<slug:site>/versions/<int:number>/", public_page.version, name="policy_version"),
    path(EDITOR, editor.edit, name="policy_editor"),
    path(f"{EDITOR}json/", editor.edit_json, name="policy_json"),
    path(f"{EDITOR}publish/", publish.publish, name="policy_publish"),
    path(f"{EDITOR}discard/", publish.discard, name="policy_discard"),
    path(f"{EDITOR}versions/", publish.versions, name="policy_versions"),
    path(f"{EDITOR}versions/<int:number>/revert/", publish.revert, name="policy_revert"),
]
