from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag(takes_context=True)
def icon(context: template.Context, name: str, classes: str = "") -> SafeString:
    """An icon of the sprite; decorative, so hidden from screen readers. Phones have a sprite of their own, since every
    shape of it costs them time."""
    at = getattr(getattr(context, "request", None), "resolver_match", None)
    return format_html(
        '<svg class="icon {}" width="24" height="24" aria-hidden="true"><use href="{}#tabler-{}"></use></svg>',
        classes,
        static("field.svg" if context.get("is_phone") or (at and at.namespace == "field") else "icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The current query string with these parameters replaced; None removes one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag
def new_id() -> str:
    """What a form names itself by, so that sent twice it is done once."""
    return str(uuid4())


@register.filter
def duration(value: timedelta | None) -> str:
    """'2 h 05 min', more than a day in hours, more than two in days."""
    if value is None:
        return ""
    minutes = round(value.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        days = hours // 24
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours >= 24:
        return _("%(hours)d h") % {"hours": hours}
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}


@register.filter
def until(due: datetime | None, at: datetime) -> timedelta | None:
    return due - at if due else None


@register.filter
def get(mapping: dict, key: Any) -> Any:
    return mapping.get(key)


@register.simple_tag
def map_tiles() -> dict[str, str]:
    """The base of maps, as the settings have it; without tiles maps are a grid."""
    return {"tiles": settings.MAP_TILES, "datum": settings.MAP_DATUM, "attribution": settings.MAP_ATTRIBUTION}


STATUS_COLOURS = {
    "held": "yellow", "open": "azure", "assigned": "indigo", "accepted": "purple", "en_route": "cyan", "on_site": "teal",
    "in_progress": "blue", "paused": "yellow", "completed": "green", "closed": "secondary", "cancelled": "secondary",
    "active": "green", "onboarding": "azure", "suspended": "yellow", "live": "green", "tested": "azure", "received": "secondary",
    "staged": "cyan", "keyed": "purple", "retrieved": "orange", "wiped": "teal",
    "issued": "indigo", "returned": "yellow", "scrapped": "secondary", "order": "green", "merged": "azure",
    "rejected": "red", "done": "green", "failed": "red", "running": "blue", "checking": "blue", "checked": "teal",
    "uploaded": "azure", "waiting": "azure", "proposed": "teal", "applied": "green", "interrupted": "yellow",
    "collecting": "azure", "submitted": "blue", "passed": "green", "given": "blue", "missing": "secondary",
    "filed": "blue", "approved": "teal", "refused": "red", "withdrawn": "secondary",
}  # fmt: skip


@register.simple_tag
def status_badge(value: str, label: str) -> SafeString:
    """A status as a coloured badge; the word says it too."""
    return badge(STATUS_COLOURS.get(value, "secondary"), label)


def badge(colour: str, label: str) -> SafeString:
    return format_html('<span class="badge bg-{}-lt">{}</span>', colour, label)
