"""Presence: an open page reports once a minute, which renews its claims."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import ngettext
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
    """Tell the page's script that the person is signed in, with a token for their decisions.

    A POST with the comments of the page renews their claims. The answer names the colleagues who
    review now, and the comments that somebody else has claimed meanwhile.
    """
    answer: dict[str, object] = {"token": get_token(request)}
    if request.method == "POST":
        held = read_ids(request.POST.get("held", ""))
        kept = claims.renew(moderator.user, held) | held_assignments(moderator.user, held)
        if rest := note_presence(moderator):
            minutes = rest.seconds // 60
            answer["rest"] = ngettext(
                "You have been reviewing for %(minutes)s minute. Take a break of a few minutes. "
                "Your comments wait for you.",
                "You have been reviewing for %(minutes)s minutes. Take a break of a few minutes. "
                "Your comments wait for you.",
                minutes,
            ) % {"minutes": minutes}
        answer["lapsed"] = [pk for pk in held if pk not in kept]
        others = {"colleagues": colleagues(moderator)}
        answer["here"] = render_to_string("review/_colleagues.html", others).strip()
    return JsonResponse(answer)
