"""The native API, version 1."""

from __future__ import annotations

from moderation.api import appeals, authors, comments, decisions, stories, submit
from moderation.api.openapi import DescribedAPI
from moderation.platform.http import problems

api = DescribedAPI(
    title="Moderato",
    version="1",
    description="Comments in, decisions out. The guide with examples is docs/api.md.",
    docs_url=None,
    urls_namespace="api-1",
)
problems.install(api)
for part in (submit, comments, appeals, authors, stories, decisions):
    api.add_router("", part.router)
