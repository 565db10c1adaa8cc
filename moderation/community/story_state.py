"""Changes of a story's state (open, premoderated, closed), and the moderators who watch it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import Moderator, Story, StoryChange, Watch
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.review.actions import NOTE_POINTS


def change_state(
    moderator: Moderator, story: Story, state: str, *, seen: str, note: str = ""
) -> StoryChange:
    """Open a story, close it, or hold every comment for a person; record the change.

    seen: the state on the screen; if it has changed since, nothing happens. The publisher's systems
    may change the state again: the last change counts. Raises Invalid, Conflict, NotFound.
    """
    validation.check_text(note, "note", points=NOTE_POINTS)
    if state not in Story.State.values:
        raise Invalid(_("Choose one of the offered states."), field="state")
    with transaction.atomic():
        rows = Story.objects.select_for_update(no_key=True).filter(site=moderator.site_id)
        before = rows.filter(pk=story.pk).values_list("state", flat=True).first()
        if before is None:
            raise NotFound(_("There is no such story."))
        if before != seen:
            message = _("Somebody changed this meanwhile: look at it again.")
            raise Conflict(message, code="stale_state")
        if before == state:
            raise Conflict(_("The story has this state already."), code="nothing_changed")
        Story.objects.filter(pk=story.pk).update(state=state, updated_at=Now())
        return StoryChange.objects.create(
            story=story,
            state_before=before,
            state=state,
            moderator=moderator.user,
            note=note.strip(),
        )


def watch(moderator: Moderator, story: Story, *, watched: bool) -> None:
    """Add a story to the moderator's list, or remove it. Raises NotFound."""
    if story.site_id != moderator.site_id:
        raise NotFound(_("There is no such story."))
    if watched:
        Watch.objects.get_or_create(moderator=moderator, story=story)
    else:
        Watch.objects.filter(moderator=moderator, story=story).delete()
