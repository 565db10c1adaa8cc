"""Whether readers may comment on a story, who changed that and why; and who watches it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from moderation.models import Moderator, Story, StoryChange, Watch
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.review.actions import NOTE_POINTS


def change_state(
    moderator: Moderator, story: Story, state: str, *, seen: str, note: str = ""
) -> StoryChange:
    """Open a story, close it, or have a person read every comment first; record it.

    seen: the state that was on the screen; after another one nothing is changed. The publisher's
    systems may change it again: the last word counts. Raises Invalid, Conflict, NotFound.
    """
    validation.check_text(note, "note", points=NOTE_POINTS)
    if state not in Story.State.values:
        raise Invalid("Choose one of the offered states.", field="state")
    with transaction.atomic():
        rows = Story.objects.select_for_update(no_key=True).filter(site=moderator.site_id)
        before = rows.filter(pk=story.pk).values_list("state", flat=True).first()
        if before is None:
            raise NotFound("There is no such story.")
        if before != seen:
            raise Conflict("Somebody changed this meanwhile: look again.", code="stale_state")
        if before == state:
            raise Conflict("The story is so already.", code="nothing_changed")
        Story.objects.filter(pk=story.pk).update(state=state, updated_at=Now())
        return StoryChange.objects.create(
            story=story,
            state_before=before,
            state=state,
            moderator=moderator.user,
            note=note.strip(),
        )


def watch(moderator: Moderator, story: Story, *, watched: bool) -> None:
    """Put a story on the moderator's list, or take it off. Raises NotFound."""
    if story.site_id != moderator.site_id:
        raise NotFound("There is no such story.")
    if watched:
        Watch.objects.get_or_create(moderator=moderator, story=story)
    else:
        Watch.objects.filter(moderator=moderator, story=story).delete()
