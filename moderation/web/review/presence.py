"""Being at the desk: an open page says so once a minute, and keeps its comments by it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from moderation.accounts.invitations import note_presence
from moderation.accounts.roles import colleagues
from moderation.models import Moderator
from moderation.quality.sampling import held_assignments
from moderation.review import claims
from moderation.web.access import moderates
from moderation.web.review.queue import read_ids


@require_http_methods(["GET", "POST"])
@moderates
def here(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Tell the page's script that the person is signed in, with a token for what they press.

    Posted with the comments that the page holds, it keeps them, and tells who else is here and
    which comments are somebody else's by now.
    """
    answer: dict[str, object] = {"token": get_token(request)}
    if request.method == "POST":
        held = read_ids(request.POST.get("held", ""))
        kept = claims.renew(moderator.user, held) | held_assignments(moderator.user, held)
        if rest := note_presence(moderator):
            answer["rest"] = (
                f"You have been reading for {rest.seconds // 60} minutes. A few minutes away from "
                "the screen do good; nothing here runs away."
            )
        answer["lapsed"] = [pk for pk in held if pk not in kept]
        others = {"colleagues": colleagues(moderator)}
        answer["here"] = render_to_string("review/_here.html", others)
    return JsonResponse(answer)
