"""The page where you read and try the API; it loads nothing from other servers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja.openapi.docs import Swagger

from moderation.api.v1 import api

_swagger = Swagger({"persistAuthorization": False, "displayRequestDuration": True})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI document with Swagger UI, which comes with django-ninja."""
    return _swagger.render_page(request, api)
