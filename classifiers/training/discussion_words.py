"""Words about the discussion itself: they belong under every story and say nothing of a subject.

So off_topic is deaf to them: "Why was my comment deleted?" is no remark on another matter. Words
whose first six letters are those of a common subject ("author", "report") are left out.
"""

from __future__ import annotations

DISCUSSION = """
agree agreed agrees agreement article articles censor censored censoring censorship comment
commented commenter commenters commenting comments delete deleted deleting disagree disagreed
editor editors forum forums headline headlines moderated moderating moderation moderator moderators
mods post posted poster posters posting posts quote quoted quotes read reader readers reading
removed replied replies reply replying source sources thread threads writer writers
"""
