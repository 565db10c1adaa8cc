"""The front page: what this service is, and the ways in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from moderation.models import Site, Story

SITES, STORIES = 6, 3


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Say what Moderato is, with the latest stories of the sites that have pages for readers."""
    # A site without pages for readers may not wish to be listed.
    listed = Site.objects.filter(reader_pages=True).order_by("pk")[:SITES]
    sites = [
        (site, Story.objects.filter(site=site).order_by("-published_at", "-pk")[:STORIES])
        for site in listed
    ]
    return render(request, "public/front.html", {"sites": sites})
