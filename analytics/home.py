"""What each role sees first: tiles counted by the very list they lead to, then charts."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from toolkit.lists import COUNT_LIMIT, ListPage
from workforce.roles import Role


@dataclass(frozen=True)
class ShownTile:
    label: str
    icon: str
    colour: str
    count: int
    url: str
    sentence: str = ""

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_LIMIT


@dataclass(frozen=True)
class Tile:
    """`query` is the query string of the list; {today}, {week_ago} and {month_ago} in it are the reader's own days.

    `alarm` is the colour when there is anything at all.
    """

    label: Any
    icon: str
    page_path: str
    query: str = ""
    alarm: str = "blue"

    @property
    def page(self) -> type[ListPage]:
        return import_string(self.page_path)

    def shown_to(self, request: HttpRequest) -> ShownTile:
        query = self.with_days(self.query)
        count = self.page.counted(request, query)
        url = f"{reverse(f'office:{self.page.name}')}{'?' if query else ''}{query}"
        return ShownTile(str(self.label), self.icon, self.alarm if count else "secondary", count, url)

    @staticmethod
    def with_days(query: str) -> str:
        today = timezone.localdate()
        return query.format(today=today, week_ago=today - timedelta(days=6), month_ago=today - timedelta(days=29))


@dataclass(frozen=True)
class ShareTile(Tile):
    """With what share that is `of` another list of the page; `alarm` is its colour above `most_percent`.

    `sentence` has %(percent)s, %(of)d and %(most)d in it.
    """

    of: str = ""
    most_percent: int = 0
    sentence: Any = ""

    def shown_to(self, request: HttpRequest) -> ShownTile:
        tile = super().shown_to(request)
        of = self.page.listed(request, self.with_days(self.of)).order_by().count()
        count = (
            self.page.listed(request, self.with_days(self.query)).order_by().count() if tile.is_capped else tile.count
        )
        percent = 100 * count / of if of else 0
        names = {"percent": number_format(round(percent, 1), 1), "of": of, "most": self.most_percent}
        colour = self.alarm if percent > self.most_percent else "green" if of else "secondary"
        return replace(tile, colour=colour, sentence=str(self.sentence) % names)


@dataclass(frozen=True)
class Home:
    tiles: tuple[Tile, ...]
    charts: tuple[str, ...]


ORDERS = "workorders.views.office.WorkOrderList"
REQUESTS = "workorders.views.office.RequestList"
MERCHANTS = "merchants.views.office.MerchantList"
TERMINALS = "assets.views.office.TerminalList"
ALERTS = "monitoring.views.AlertList"
INSIGHTS = "analytics.views.insights.InsightList"
PEOPLE = "workforce.views.office.PersonList"

POOL = Tile(_("in the pool, nobody assigned"), "inbox", ORDERS, "status=open", "orange")
OVERDUE = Tile(_("overdue"), "alert-triangle", ORDERS, "overdue=true", "red")
CLOSE = Tile(_("three quarters of the promised time used up"), "clock", ORDERS, "warned=75&overdue=false", "orange")
UNACCEPTED = Tile(_("assigned, not yet accepted"), "clock", ORDERS, "status=assigned", "yellow")
UNDER_WAY = Tile(_("being worked on"), "tool", ORDERS, "status=in_progress", "blue")
EN_ROUTE = Tile(_("engineers on the way"), "route", ORDERS, "status=en_route", "cyan")
OPENED_TODAY = Tile(_("opened today"), "plus", ORDERS, "opened_after={today}&opened_before={today}")
OPENED_THIS_WEEK = Tile(_("opened in 7 days"), "calendar", ORDERS, "opened_after={week_ago}&opened_before={today}")
COMPLETED = Tile(_("completed, waiting for a rating"), "check", ORDERS, "status=completed", "green")
CODED = "coded=true&completed_after={month_ago}&completed_before={today}"
OTHER_FAULTS = ShareTile(
    _("repairs of 30 days coded “other”"),
    "help-circle",
    ORDERS,
    f"other_fault=true&{CODED}",
    "red",
    of=CODED,
    most_percent=5,
    sentence=_("%(percent)s %% of %(of)d repairs; at most %(most)d %% is fine."),
)
OPEN_ALERTS = Tile(_("open alerts"), "bell", ALERTS, "state=open&state=ordered&single=true", "red")
FALLING = Tile(_("at-risk merchants nobody looks after"), "target", INSIGHTS, "alarm=true&care=false", "red")
PAUSED = Tile(_("paused"), "clock", ORDERS, "status=paused", "yellow")

HOMES: dict[str, Home] = {
    Role.DISPATCHER: Home(
        (POOL, OVERDUE, CLOSE, UNACCEPTED, EN_ROUTE, UNDER_WAY, PAUSED, OPENED_TODAY, COMPLETED, OPEN_ALERTS),
        ("ongoing-by-status", "orders-per-day"),
    ),
    Role.MANAGER: Home(
        (
            OVERDUE,
            POOL,
            OPENED_TODAY,
            COMPLETED,
            OTHER_FAULTS,
            FALLING,
            OPEN_ALERTS,
            Tile(_("merchants being onboarded"), "building-store", MERCHANTS, "status=onboarding", "azure"),
            Tile(_("active merchants"), "building-store", MERCHANTS, "status=active", "green"),
            Tile(_("terminals at merchants"), "device-mobile", TERMINALS, "status=live", "green"),
            Tile(_("requests rejected"), "x", REQUESTS, "outcome=rejected", "yellow"),
        ),
        ("orders-per-day", "on-time-by-week"),
    ),
    Role.WAREHOUSE: Home(
        (
            Tile(_("terminals in stock"), "package", TERMINALS, "status=tested", "blue"),
            Tile(_("terminals in bags"), "truck", TERMINALS, "status=issued&status=retrieved", "indigo"),
            Tile(_("returned, to be checked"), "refresh", TERMINALS, "status=returned", "yellow"),
            Tile(_("terminals at merchants"), "device-mobile", TERMINALS, "status=live", "green"),
        ),
        ("terminals-by-model", "orders-per-day"),
    ),
    Role.ANALYST: Home(
        (
            OPENED_THIS_WEEK,
            OVERDUE,
            FALLING,
            COMPLETED,
            Tile(_("requests rejected"), "x", REQUESTS, "outcome=rejected", "yellow"),
        ),
        ("orders-per-day", "on-time-by-week", "terminals-by-model", "ongoing-by-status"),
    ),
    Role.FINANCE: Home(
        (
            Tile(_("active merchants"), "building-store", MERCHANTS, "status=active", "green"),
            Tile(_("suspended merchants"), "building-store", MERCHANTS, "status=suspended", "yellow"),
            COMPLETED,
            OPENED_THIS_WEEK,
        ),
        ("contracts-ending", "on-time-by-week", "orders-per-day"),
    ),
    Role.OPS: Home(
        (
            POOL,
            OVERDUE,
            Tile(_("people who can log in"), "users", PEOPLE, "is_active=true", "green"),
            Tile(_("people switched off"), "users", PEOPLE, "is_active=false", "yellow"),
        ),
        ("ongoing-by-status", "orders-per-day"),
    ),
}
