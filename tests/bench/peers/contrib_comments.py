"""A minimal Django project with django-contrib-comments, as its documentation sets it up."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

settings.configure(
    SECRET_KEY="for the benchmark only, never served elsewhere",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SITE_ID=1,
    COMMENTS_APP="django_comments",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.sites",
        "django_comments",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "contrib_comments",
            "USER": os.environ["PEER_DATABASE_USER"],
            "PASSWORD": os.environ.get("PEER_DATABASE_PASSWORD", ""),
            "HOST": os.environ["PEER_DATABASE_HOST"],
            "PORT": os.environ["PEER_DATABASE_PORT"],
            "CONN_MAX_AGE": 60,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["console"]},
    },
)
django.setup()
urlpatterns = [path("comments/", include("django_comments.urls"))]
application = get_wsgi_application()


def form_fields(story: int) -> dict[str, str]:
    """The hidden fields that the comment form would carry for `story`."""
    from django.contrib.sites.models import Site
    from django_comments.forms import CommentForm

    form = CommentForm(Site.objects.get(pk=story))
    return {name: str(form[name].value()) for name in form.fields if form[name].value()}


if __name__ == "__main__":
    import json

    from django.contrib.sites.models import Site
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    Site.objects.get_or_create(pk=1, defaults={"domain": "localhost", "name": "Bench"})
    print(json.dumps(form_fields(1)))
