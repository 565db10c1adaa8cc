"""Lists words about the discussion itself, which occur under every story.

off_topic ignores them: "Why was my comment deleted?" is not about another subject. Words whose
first six letters are those of a common subject ("author", "report") are left out.
"""

from __future__ import annotations

DISCUSSION = """
agree agreed agrees agreement article articles censor censored censoring censorship comment
commented commenter commenters commenting comments delete deleted deleting disagree disagreed
editor editors forum forums headline headlines moderated moderating moderation moderator moderators
mods post posted poster posters posting posts quote quoted quotes read reader readers reading
removed replied replies reply replying source sources thread threads writer writers
"""
