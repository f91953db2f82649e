"""What a phone takes along: the pages of one person's work, and what there is to know about its orders."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.db.models import Count, Max, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from assets.models import Binding
from assets.permissions import BIND_TERMINAL
from journal.models import Entry
from knowledge.models import Article
from merchants.models import Merchant, ReviewDocument
from merchants.permissions import BRING_DOCUMENTS
from mobile.documents import own_reviews
from mobile.parts import stamp_of
from mobile.positions import shifts_of
from mobile.queries import OrderPage as OrderParts
from mobile.queries import bag_of, order_page
from mobile.shell import build
from mobile.views.documents import DocumentsPage, ReviewPage
from mobile.views.leads import Choices, LeadPage, NewLeadPage, own_leads
from mobile.views.me import MePage
from mobile.views.orders import OrderPage, TodayPage, own_orders
from mobile.views.pages import FieldPage, part_of
from mobile.views.parts import OrderPartsPage, PreparePage
from mobile.views.scan import ScanPage
from notifications.models import Notice
from procedures.queries import read_references
from prospecting.models import Lead
from prospecting.permissions import PROSPECT
from prospecting.rounds import HEAVY, day_round, open_tasks
from spareparts.permissions import REQUEST_PARTS
from workforce.models import User
from workorders.experience import read_ahead
from workorders.lifecycle import UNDER_WAY, WITH_ENGINEER
from workorders.models import WorkOrder
from workorders.permissions import DO_ORDER

MOST_PLACES = 1000


@dataclass(frozen=True)
class Known:
    """What the phone says it has: pages by version. Of an order it has the number is told when it is gone."""

    versions: dict[str, str]

    @classmethod
    def read(cls, text: str) -> "Known":
        pairs = (each.rpartition(":") for each in text.split(",") if ":" in each)
        return cls({url: version for url, _colon, version in pairs})

    @property
    def orders(self) -> list[str]:
        prefix = reverse("field:order", args=["-"]).removesuffix("-/")
        return [url.removeprefix(prefix).removesuffix("/") for url in self.versions if url.startswith(prefix)]


def package(request: HttpRequest, user: User, *, known: Known, stamp: str = "", at: datetime) -> dict[str, Any]:
    """The html of pages that the phone has as they are is left out; all of it where the phone's stamp still holds."""
    own = own_orders(user).filter(status__in=WITH_ENGINEER).order_by("pk")
    orders = list(own) if user.has_perm(DO_ORDER) else []
    leads = list(_leads(user, at)) if user.has_perm(PROSPECT) else None
    shifts = shifts_of(user, at)
    current = _stamp(user, orders, leads, shifts, at)
    if stamp == current:
        return {"stamp": current, "is_unchanged": True}
    read_ahead(orders)
    read_references(order.run for order in orders if order.run)
    shown = [order_page(order, user, at) for order in orders]
    pages = list(_pages(request, user, shown, leads))
    for page in pages:
        if known.versions.get(page["url"]) == page["version"]:
            del page["html"]
    numbers = {order.number for order in orders}
    return {
        "stamp": current,
        "pages": pages,
        "orders": list(_about(shown)),
        "leads": _places(user) if leads is not None else [],
        "shifts": shifts,
        "gone": [number for number in known.orders if number not in numbers],
    }


def _leads(user: User, at: datetime) -> Iterator[Lead]:
    """Those of the day's round, and those visited today."""
    today = day_round(user, at)
    keys = dict.fromkeys([*(call.lead.pk for call in today.calls), *(visit.lead_id for visit in today.visits)])
    rows = own_leads(user).defer(*HEAVY).in_bulk(list(keys))
    return (rows[key] for key in keys if key in rows)


def _places(user: User) -> list[list[Any]]:
    """Shops the person has, by which the phone knows a double: number, name, latitude, longitude."""
    placed = Lead.objects.visible_to(user).filter(merged_into=None, lat__isnull=False).order_by("-pk")
    return [list(row) for row in placed.values_list("number", "name", "lat", "lon")[:MOST_PLACES]]


def _of_selling(user: User, leads: list[Lead] | None) -> list[Any]:
    """What the pages of a prospector are made of beside their own doings."""
    if leads is None:
        return []
    shown = [[getattr(lead, field.attname) for field in Lead._meta.concrete_fields if field.name not in HEAVY]
             + [(each.pk, each.stage, each.order and each.order.status, len(each.offers.all()))
                for each in lead.opportunities.all()] for lead in leads]  # fmt: skip
    return [shown, *map(attrgetter("pk", "title", "due_on", "stops_count", "made"), open_tasks(user))]


def _stamp(user: User, orders: list[WorkOrder], leads: list[Lead] | None, shifts: list[list[str]], at: datetime) -> str:
    """Changes with whatever the pages are made of, in a few queries: the journal tells of all that is done to an order.

    What only time changes (how far, how late) is made anew every hour.
    """
    entries = Entry.objects.filter(merchant_id=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    merchants = Merchant.objects.filter(pk__in={order.merchant_id for order in orders}).order_by("pk")
    made_of = [
        user.pk, user.name, user.role, get_language(), build(), f"{at:%Y%m%d%H}",
        [(order.pk, order.status) for order in orders], shifts,
        list(merchants.values_list(Subquery(entries), flat=True)),
        list(bag_of(user).order_by("pk").values_list("pk", "tid")),
        stamp_of(user),
        Entry.objects.filter(actor=user).order_by("-pk").values_list("pk", flat=True).first(),
        Entry.objects.about(user).order_by("-pk").values_list("pk", flat=True).first(),
        _of_selling(user, leads),
        list(ReviewDocument.objects.filter(review__in=own_reviews(user).order_by()).order_by("pk")
             .values_list("pk", "state", "reason", "due_on", "review__state", "review__kind")),
        Notice.objects.in_app_of(user).unread().aggregate(Max("pk"), Count("pk")),
        Article.objects.filter(current__isnull=False).aggregate(Max("current"), Count("pk")),
    ]  # fmt: skip
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


def _pages(
    request: HttpRequest, user: User, orders: list[OrderParts], leads: list[Lead] | None
) -> Iterator[dict[str, Any]]:
    shown: list[tuple[type[FieldPage], str]] = [(TodayPage, "field:today"), (MePage, "field:me")]
    if user.has_perm(BIND_TERMINAL):
        shown.append((ScanPage, "field:scan"))
    if user.has_perm(REQUEST_PARTS):
        shown.append((PreparePage, "field:prepare"))
    for view, name in shown:
        yield part_of(view, request, reverse(name))
    if leads is not None:
        choices = Choices.now()
        yield part_of(partial(NewLeadPage, choices=choices), request, reverse("field:lead-new"))
        for lead in leads:
            view_of_lead = partial(LeadPage, subject=lead, choices=choices)
            yield part_of(view_of_lead, request, reverse("field:lead", args=[lead.number]), number=lead.number)
    if user.has_perm(BRING_DOCUMENTS):
        yield part_of(DocumentsPage, request, reverse("field:documents"))
        for review in own_reviews(user):
            view_of_review = partial(ReviewPage, subject=review)
            yield part_of(view_of_review, request, reverse("field:review", args=[review.number]), number=review.number)
    for parts in orders:
        number = parts.order.number
        view_of_order = partial(OrderPage, subject=parts.order, parts=parts)
        yield part_of(view_of_order, request, reverse("field:order", args=[number]), number=number)
        if user.has_perm(REQUEST_PARTS) and (parts.order.needs.parts or parts.order.status in UNDER_WAY):
            view_of_parts = partial(OrderPartsPage, subject=parts.order)
            yield part_of(view_of_parts, request, reverse("field:order-parts", args=[number]), number=number)


def _about(orders: list[OrderParts]) -> Iterator[dict[str, Any]]:
    live = defaultdict(set)
    there = Binding.objects.live().filter(merchant__in=[parts.order.merchant_id for parts in orders])
    for merchant_id, serial in there.values_list("merchant", "terminal__serial"):
        live[merchant_id].add(serial)
    for parts in orders:
        order = parts.order
        named = {order.terminal.serial} if order.terminal else set()
        yield {
            "number": order.number,
            "status": order.status,
            "version": parts.version,
            "answers": {step.key: str(step.answer.pk) for step in parts.steps if step.answer},
            "terminals": sorted(named | live[order.merchant_id]),
        }
