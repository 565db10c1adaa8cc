"""Times on the pages, in the zone TIME_ZONE; the attribute `datetime` has them in ISO 8601."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext

register = template.Library()


def format_time(time: datetime) -> str:
    """Return a time for people, with the name of its zone."""
    # Translators: a format for Django's date filter, such as "1 July 2026, 22:30 UTC".
    return date_format(localtime(time), gettext("j F Y, H:i T"))


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """Show a time to the minute: `until {% moment author.standing_until %}`."""
    return format_html('<time datetime="{}">{}</time>', time.isoformat(), format_time(time))


@register.simple_tag
def when(time: datetime) -> SafeString:
    """Show how long ago a time was, with the exact time under the pointer: `{% when at %}`."""
    shown = '<time datetime="{}" title="{}">{}</time>'
    return format_html(shown, time.isoformat(), format_time(time), naturaltime(time))
