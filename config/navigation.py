"""What stands in the menus and of which panels the detail pages are made. Lists, in the order of the screen."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from analytics import permissions as analytics
from assets import permissions as assets
from dispatch import permissions as dispatch
from inspections import permissions as inspections
from integrations import permissions as integrations
from journal import permissions as journal
from knowledge import permissions as knowledge
from merchants import permissions as merchants
from mobile import permissions as mobile
from monitoring import permissions as monitoring
from procedures import permissions as procedures
from prospecting import permissions as prospecting
from spareparts import permissions as spareparts
from workforce import permissions as workforce
from workorders import permissions as workorders


@dataclass(frozen=True)
class Item:
    label: Any
    url_name: str
    icon: str
    permission: str
    query: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a detail page: `url_name` takes the subject's number."""

    key: str
    label: Any
    url_name: str
    permission: str


OFFICE: list[tuple[Any, list[Item]]] = [
    (
        _("Orders"),
        [
            Item(_("Dispatch board"), "office:board", "calendar-time", dispatch.ASSIGN),
            Item(_("Home"), "office:home", "home", workforce.SEE_OFFICE),
            Item(_("Day plans"), "office:day-plan-list", "calendar-event", dispatch.VIEW_DECISION),
            Item(_("Work orders"), "office:work-order-list", "clipboard-list", workorders.VIEW_ORDER),
            Item(_("Order pool"), "office:work-order-pool", "inbox", dispatch.ASSIGN),
            Item(_("Live map"), "office:map", "map-2", dispatch.SEE_POSITIONS),
            Item(_("Sent in too late"), "office:late-work-list", "clock", mobile.SETTLE_LATE_WORK),
            Item(_("Waiting for support"), "office:support-list", "lifebuoy", workorders.ANSWER_SUPPORT),
            Item(_("Visits to look at"), "office:visit-list", "shield-check", workorders.REVIEW_VISITS),
            Item(_("Requests"), "office:request-list", "message-circle", workorders.VIEW_REQUEST),
            Item(_("Calls after closing"), "office:follow-up-list", "phone", workorders.OPEN_ORDER),
            Item(_("Satisfaction"), "office:follow-up-report", "star", workorders.VIEW_REQUEST),
        ],
    ),
    (
        _("Prospecting"),
        [
            Item(_("Prospecting today"), "office:prospecting-today", "sun", prospecting.GIVE_TASKS),
            Item(_("Leads"), "office:lead-list", "target", prospecting.VIEW_LEAD),
            Item(_("Grid"), "office:grid", "map", prospecting.VIEW_GRID),
            Item(_("Opportunities"), "office:pipeline", "layout-kanban", prospecting.VIEW_OPPORTUNITY),
            Item(_("Prospecting tasks"), "office:prospecting-task-list", "route", prospecting.VIEW_LEAD),
            Item(_("Campaigns"), "office:campaign-list", "flag", prospecting.VIEW_CAMPAIGN),
            Item(_("Funnel"), "office:funnel", "filter", prospecting.VIEW_FUNNEL),
        ],
    ),
    (
        _("Merchants"),
        [
            Item(_("Merchants"), "office:merchant-list", "building-store", merchants.VIEW_MERCHANT),
            Item(_("Insights"), "office:insight-list", "target", analytics.VIEW_INSIGHT),
            Item(_("Reviews"), "office:review-list", "shield-check", merchants.VIEW_REVIEW),
            Item(_("Changes of merchants"), "office:change-list", "edit", merchants.VIEW_CHANGE),
        ],
    ),
    (
        _("Inspections"),
        [
            Item(_("Inspection plans"), "office:inspection-plan-list", "refresh", inspections.VIEW_INSPECTION),
            Item(_("Inspections"), "office:inspection-list", "checklist", inspections.VIEW_INSPECTION),
            Item(_("Findings"), "office:finding-list", "alert-triangle", inspections.VIEW_INSPECTION),
            Item(_("Audit of inspections"), "office:inspection-audit", "shield-check", inspections.EXPORT_INSPECTIONS),
        ],
    ),
    (
        _("Terminals"),
        [
            Item(_("Terminals"), "office:terminal-list", "device-mobile", assets.VIEW_TERMINAL),
            Item(_("Depot bench"), "office:terminal-bench", "scan", assets.EDIT_TERMINAL),
            Item(_("Where was it on a day?"), "office:terminal-where", "history", assets.VIEW_TERMINAL),
            Item(
                _("Alerts"), "office:alert-list", "bell", monitoring.VIEW_ALERT, "state=open&state=ordered&single=true"
            ),
            Item(_("Incidents"), "office:incident-list", "alert-triangle", monitoring.VIEW_ALERT),
            Item(_("Idle terminals"), "office:idle-list", "clock", assets.VIEW_TERMINAL),
            Item(_("Closed but not back"), "office:not-back-list", "refresh", workorders.VIEW_ORDER),
            Item(_("Away from their place"), "office:mismatch-list", "alert-triangle", assets.VIEW_TERMINAL),
            Item(_("Changes to be reported"), "office:filing-list", "upload", assets.VIEW_TERMINAL),
            Item(_("Reports to the acquirer"), "office:filing-report-list", "file-text", assets.REPORT_BINDINGS),
            Item(_("Stickers"), "office:sticker-sheet-list", "qrcode", assets.PRINT_STICKERS),
        ],
    ),
    (
        _("Spare parts"),
        [
            Item(_("Stock"), "office:stock-list", "package", spareparts.VIEW_STOCK),
            Item(_("Requisitions"), "office:requisition-list", "checklist", spareparts.VIEW_STOCK),
            Item(_("Hand-overs"), "office:handover-list", "arrow-right", spareparts.VIEW_STOCK),
            Item(_("Purchase requests"), "office:purchase-request-list", "inbox", spareparts.VIEW_STOCK),
            Item(_("Purchase orders"), "office:purchase-order-list", "truck", spareparts.VIEW_STOCK),
            Item(_("Reorder rules"), "office:reorder-rule-list", "adjustments", spareparts.VIEW_STOCK),
            Item(_("Forecast of parts"), "office:forecast-list", "calendar-event", spareparts.VIEW_STOCK),
            Item(_("Stock figures"), "office:stock-figures", "chart-bar", spareparts.VIEW_STOCK),
            Item(_("Stocktakes"), "office:stocktake-list", "clipboard-list", spareparts.VIEW_STOCK),
            Item(_("Scrap"), "office:scrapping-list", "x", spareparts.VIEW_STOCK),
            Item(_("Parts"), "office:part-list", "tool", spareparts.VIEW_STOCK),
            Item(_("Channels"), "office:channel-list", "building-store", spareparts.VIEW_CHANNEL),
            Item(_("Card-key batches"), "office:key-batch-list", "key", spareparts.VIEW_CHANNEL),
            Item(_("Unusual use"), "office:usage-flag-list", "alert-triangle", spareparts.VIEW_CHANNEL),
        ],
    ),
    (
        _("Knowledge and rules"),
        [
            Item(_("Knowledge"), "office:article-list", "book", knowledge.VIEW_ARTICLE),
            Item(_("Procedures"), "office:procedure-list", "checklist", procedures.VIEW_PROCEDURE),
            Item(_("Dispatch rules"), "office:rule-set-list", "adjustments", dispatch.EDIT_RULES),
            Item(_("Alert rules"), "office:alert-rule-list", "bell", monitoring.EDIT_RULES),
            Item(_("Escalations"), "office:escalation-list", "alert-triangle", workorders.EDIT_ESCALATIONS),
            Item(_("Scheduling health"), "office:scheduling-health", "lifebuoy", dispatch.SEE_HEALTH),
        ],
    ),
    (
        _("People and settings"),
        [
            Item(_("People"), "office:person-list", "users", workforce.VIEW_PEOPLE),
            Item(_("Organisations"), "office:organisation-list", "sitemap", workforce.VIEW_PEOPLE),
            Item(_("Imports"), "office:import-list", "file-import", integrations.IMPORT),
            Item(_("API tokens"), "office:api-token-list", "key", integrations.KEEP_TOKENS),
            Item(_("Operation log"), "office:log", "history", journal.VIEW_LOG),
            Item(_("Administration"), "admin:index", "settings", workforce.ADMINISTER),
        ],
    ),
]

FIELD = [
    Item(_("Today"), "field:today", "calendar", workforce.SEE_FIELD),
    Item(_("New lead"), "field:lead-new", "plus", prospecting.PROSPECT),
    Item(_("Scan"), "field:scan", "scan", assets.BIND_TERMINAL),
    Item(_("Documents"), "field:documents", "file-text", merchants.BRING_DOCUMENTS),
    Item(_("Notices"), "field:notices", "bell", workforce.SEE_FIELD),
    Item(_("Me"), "field:me", "user", workforce.SEE_FIELD),
]

PANELS: dict[str, list[Panel]] = {
    "merchant": [
        Panel("contacts", _("Contacts"), "office:merchant-contacts", merchants.VIEW_MERCHANT),
        Panel("trend", _("Transactions"), "office:merchant-trend", merchants.VIEW_MERCHANT),
        Panel("contracts", _("Contracts"), "office:merchant-contracts", merchants.VIEW_MERCHANT),
        Panel("insights", _("Insights"), "office:merchant-insights", analytics.VIEW_INSIGHT),
        Panel("review", _("Review"), "office:merchant-review", merchants.VIEW_REVIEW),
        Panel("terms", _("Terms"), "office:merchant-terms", merchants.VIEW_CHANGE),
        Panel("terminals", _("Terminals"), "office:merchant-terminals", assets.VIEW_TERMINAL),
        Panel("orders", _("Work orders"), "office:merchant-orders", workorders.VIEW_ORDER),
        Panel("inspections", _("Inspections"), "office:merchant-inspections", inspections.VIEW_INSPECTION),
        Panel("alerts", _("Alerts"), "office:merchant-alerts", monitoring.VIEW_ALERT),
        Panel("branches", _("Branches"), "office:merchant-branches", merchants.VIEW_MERCHANT),
        Panel("timeline", _("Timeline"), "office:merchant-timeline", merchants.VIEW_MERCHANT),
    ],
    "lead": [
        Panel("visits", _("Visits"), "office:lead-visits", prospecting.VIEW_LEAD),
        Panel("history", _("History"), "office:lead-history", prospecting.VIEW_LEAD),
    ],
    "work-order": [
        Panel("dispatch", _("Dispatch"), "office:work-order-dispatch", dispatch.VIEW_DECISION),
        Panel("thread", _("Thread"), "office:work-order-thread", knowledge.VIEW_THREAD),
        Panel("articles", _("Articles"), "office:work-order-articles", knowledge.VIEW_ARTICLE),
        Panel("needs", _("Skills and parts"), "office:work-order-needs", workorders.VIEW_ORDER),
        Panel("promises", _("Promises"), "office:work-order-promises", workorders.VIEW_ORDER),
        Panel("checklist", _("Checklist"), "office:work-order-checklist", workorders.VIEW_ORDER),
        Panel("findings", _("Findings"), "office:work-order-findings", inspections.VIEW_INSPECTION),
        Panel("photos", _("Photos"), "office:work-order-photos", workorders.VIEW_ORDER),
        Panel("report", _("Service report"), "office:work-order-report", workorders.VIEW_ORDER),
        Panel("visit", _("Site visit"), "office:work-order-visit", workorders.REVIEW_VISITS),
        Panel("late", _("Sent in too late"), "office:work-order-late", mobile.SETTLE_LATE_WORK),
        Panel("history", _("History"), "office:work-order-history", workorders.VIEW_ORDER),
    ],
    "terminal": [
        Panel("bindings", _("Where it was"), "office:terminal-bindings", assets.VIEW_TERMINAL),
        Panel("orders", _("Work orders"), "office:terminal-orders", workorders.VIEW_ORDER),
        Panel("telemetry", _("Telemetry"), "office:terminal-telemetry", assets.VIEW_TERMINAL),
        Panel("alerts", _("Alerts"), "office:terminal-alerts", monitoring.VIEW_ALERT),
        Panel("life", _("Life file"), "office:terminal-life", assets.VIEW_TERMINAL),
    ],
    "person": [
        Panel("skills", _("Skills and shifts"), "office:person-skills", workforce.VIEW_PEOPLE),
        Panel("orders", _("Work orders"), "office:person-orders", workorders.VIEW_ORDER),
        Panel("phones", _("Phones"), "office:person-phones", workforce.EDIT_PEOPLE),
    ],
}


class Navigation:
    """The menus of one person, worked out when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = getattr(request, "user", None)
        self.path = request.path

    def _allowed(self, entries: list) -> list:
        return [entry for entry in entries if self.user is not None and self.user.has_perm(entry.permission)]

    @cached_property
    def office(self) -> list[tuple[Any, list[Item]]]:
        """Sections with a heading each; those of which nothing is allowed are left out."""
        return [(label, allowed) for label, items in OFFICE if (allowed := self._allowed(items))]

    @property
    def office_menu(self) -> SafeString:
        """Drawn once for all who see the same; the entry of this page is marked in it: a path that is no address of it
        changes nothing."""
        menu = _drawn(tuple(item.url_name for _label, items in self.office for item in items), get_language())
        entry = f'<li class="nav-item"><a class="nav-link" href="{self.path}">'
        here = f'<li class="nav-item active"><a class="nav-link" aria-current="page" href="{self.path}">'
        return mark_safe(menu.replace(entry, here))  # nosec

    @cached_property
    def field(self) -> list[Item]:
        return self._allowed(FIELD)

    @cached_property
    def panels(self) -> dict[str, list[Panel]]:
        return {kind: self._allowed(panels) for kind, panels in PANELS.items()}


@lru_cache(maxsize=100)
def _drawn(url_names: tuple[str, ...], language: str) -> str:
    """In the active language, which is `language`."""
    sections = [(label, [item for item in items if item.url_name in url_names]) for label, items in OFFICE]
    return render_to_string("office/menu.html", {"sections": [each for each in sections if each[1]]})


def navigation(request: HttpRequest) -> dict:
    """Context processor."""
    return {"navigation": Navigation(request)}
