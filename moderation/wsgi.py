"""The WSGI application, served by granian."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
application = get_wsgi_application()
if settings.WARM_CLASSIFIER:
    from moderation.scoring import on_demand

    on_demand.warm()
