"""Times on the pages, in the zone that TIME_ZONE names; the machine reads them in ISO 8601."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

register = template.Library()


def in_words(time: datetime) -> str:
    """Return a time as people read it, with the name of its zone."""
    return date_format(localtime(time), "j F Y, H:i T")


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """Show a time that matters to the minute: `until {% moment author.standing_until %}`."""
    return format_html('<time datetime="{}">{}</time>', time.isoformat(), in_words(time))


@register.simple_tag
def when(time: datetime) -> SafeString:
    """Show how long ago something was, and under the pointer exactly when: `{% when at %}`."""
    shown = '<time datetime="{}" title="{}">{}</time>'
    return format_html(shown, time.isoformat(), in_words(time), naturaltime(time))
