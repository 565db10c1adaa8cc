"""The policy editor and the public policy page."""

from __future__ import annotations

from django.urls import path

from moderation.web import policies, policy_editor, policy_publishing

EDITOR = "review/<slug:site>/policy/"

urlpatterns = [
    path("policy/<slug:site>/", policies.policy, name="policy"),
    path("policy/<slug:site>/versions/<int:number>/", policies.version, name="policy_version"),
    path(EDITOR, policy_editor.edit, name="policy_editor"),
    path(f"{EDITOR}json/", policy_editor.edit_json, name="policy_json"),
    path(f"{EDITOR}publish/", policy_publishing.publish, name="policy_publish"),
    path(f"{EDITOR}discard/", policy_publishing.discard, name="policy_discard"),
    path(f"{EDITOR}versions/", policy_publishing.versions, name="policy_versions"),
    path(f"{EDITOR}versions/<int:number>/revert/", policy_publishing.revert, name="policy_revert"),
]
