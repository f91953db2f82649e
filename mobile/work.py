"""What a phone takes along: the pages of one person's work, and what there is to know about its orders."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from assets.models import Binding
from assets.permissions import BIND_TERMINAL
from mobile.queries import OrderPage as OrderParts
from mobile.queries import order_page
from mobile.views.me import MePage
from mobile.views.orders import OrderPage, TodayPage, own_orders
from mobile.views.pages import FieldPage, part_of
from mobile.views.scan import ScanPage
from workforce.models import User
from workorders.lifecycle import WITH_ENGINEER
from workorders.permissions import DO_ORDER


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


def package(request: HttpRequest, user: User, *, known: Known, at: datetime) -> dict[str, Any]:
    """The html of pages that the phone has as they are is left out."""
    own = own_orders(user).filter(status__in=WITH_ENGINEER).order_by("pk")
    orders = [order_page(order, user, at) for order in own] if user.has_perm(DO_ORDER) else []
    pages = list(_pages(request, user, orders))
    for page in pages:
        if known.versions.get(page["url"]) == page["version"]:
            del page["html"]
    numbers = {parts.order.number for parts in orders}
    return {
        "pages": pages,
        "orders": list(_about(orders)),
        "gone": [number for number in known.orders if number not in numbers],
    }


def _pages(request: HttpRequest, user: User, orders: list[OrderParts]) -> Iterator[dict[str, str]]:
    shown: list[tuple[type[FieldPage], str]] = [(TodayPage, "field:today"), (MePage, "field:me")]
    if user.has_perm(BIND_TERMINAL):
        shown.append((ScanPage, "field:scan"))
    for view, name in shown:
        yield part_of(view, request, reverse(name))
    for parts in orders:
        number = parts.order.number
        view_of_order = partial(OrderPage, subject=parts.order, parts=parts)
        yield part_of(view_of_order, request, reverse("field:order", args=[number]), number=number)


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
