"""Parts of a field page that the phone shows or hides by itself as an order goes on."""

import json
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html

from merchants.permissions import BRING_DOCUMENTS
from mobile.documents import to_bring
from mobile.positions import sharing_now
from mobile.preparing import preparation_of
from spareparts.permissions import REQUEST_PARTS

register = template.Library()


@register.simple_tag(takes_context=True)
def when(context: template.Context, moments: str) -> str:
    """`<div {% when "accept in_progress" %}>`: seen while one of these is the order's status or its next step."""
    page = context["page"]
    is_seen = bool({page.order.status, page.next_step} & set(moments.split()))
    return format_html('data-when="{}"{}', moments, "" if is_seen else " hidden")


@register.simple_tag(takes_context=True)
def sharing(context: template.Context) -> str:
    """What the person is told of their position; a page that is kept says what holds when it is shown."""
    return "" if "skeleton" in context else sharing_now(context["request"].user, timezone.now())


@register.inclusion_tag("mobile/documents_to_bring.html", takes_context=True)
def documents_to_bring(context: template.Context) -> dict[str, Any]:
    """A card that leads to them; nothing where there are none."""
    user = context["request"].user
    return {"to_bring": to_bring(user) if user.has_perm(BRING_DOCUMENTS) else None}


@register.inclusion_tag("mobile/to_prepare.html", takes_context=True)
def to_prepare(context: template.Context) -> dict[str, Any]:
    """A card that leads to what is missing in the bag; nothing where nothing is."""
    user = context["request"].user
    return {"prepared": preparation_of(user, timezone.now()) if user.has_perm(REQUEST_PARTS) else None}


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value)
