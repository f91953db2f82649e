"""Every page worth looking at or measuring, on a made-up company: (user name, {name: address})."""

from django.urls import reverse
from django.utils import timezone

from assets.models import Sticker, Terminal
from integrations.models import Import
from merchants.models import Merchant
from prospecting.models import Campaign, Cell, Lead, Opportunity, ProspectingTask
from workforce.models import User
from workorders.actions import make_tracking_link
from workorders.models import Request, WorkOrder


def office_pages() -> dict[str, dict[str, str]]:
    """Per user name, {name of the picture: address}."""
    manager = User.objects.get(username="manager")
    merchant = Merchant.objects.visible_to(manager).filter(work_orders__status="closed").order_by("-tier", "pk").first()
    order = WorkOrder.objects.filter(status="in_progress").first() or WorkOrder.objects.latest("pk")
    done = WorkOrder.objects.filter(status="closed").latest("pk")
    open_order = (
        WorkOrder.objects.filter(status__in=["open", "assigned", "accepted"]).order_by("status").first() or order
    )
    terminal = Terminal.objects.filter(status="live").order_by("-pk").first()
    pages = {
        "home": reverse("office:home"),
        "search": reverse("office:search") + "?q=水果",
        "notices": reverse("office:notice-list"),
        "orders": reverse("office:work-order-list"),
        "pool": reverse("office:work-order-pool"),
        "board": reverse("office:board"),
        "day-plans": reverse("office:day-plan-list"),
        "day-plan-new": reverse("office:day-plan-create"),
        "order": order.get_absolute_url(),
        "order-done": done.get_absolute_url() + "#checklist",
        "order-history": done.get_absolute_url() + "#history",
        "order-create": reverse("office:work-order-create") + f"?merchant={merchant.number}",
        "assign": reverse("office:work-order-assign", args=[open_order.number]),
        "map": reverse("office:map"),
        "map-heat": reverse("office:map") + "?show=orders&heat=month",
        "track": reverse(
            "office:person-track", args=[(order.engineer or User.objects.get(username="engineer")).username]
        ),
        "requests": reverse("office:request-list"),
        "grid": reverse("office:grid"),
        "leads": reverse("office:lead-list"),
        "lead-create": reverse("office:lead-create"),
        "opportunities": reverse("office:opportunity-list"),
        "pipeline": reverse("office:pipeline"),
        "prospecting-tasks": reverse("office:prospecting-task-list"),
        "prospecting-task-give": reverse("office:prospecting-task-give"),
        "prospecting-today": reverse("office:prospecting-today"),
        "visits": reverse("office:shop-visit-list"),
        "campaigns": reverse("office:campaign-list"),
        "funnel": reverse("office:funnel"),
        "escalations": reverse("office:escalation-list"),
        "merchants": reverse("office:merchant-list"),
        "merchants-found": reverse("office:merchant-list") + "?q=水果",
        "merchants-none": reverse("office:merchant-list") + "?q=zzzzzz",
        "merchant": merchant.get_absolute_url(),
        "merchant-timeline": merchant.get_absolute_url() + "#timeline",
        "merchant-orders": merchant.get_absolute_url() + "#orders",
        "merchant-create": reverse("office:merchant-create"),
        "merchant-merge": reverse("office:merchant-merge", args=[merchant.number]),
        "terminals": reverse("office:terminal-list"),
        "terminal": terminal.get_absolute_url(),
        "terminal-life": terminal.get_absolute_url() + "#life",
        "stickers": reverse("office:sticker-sheet-list"),
        "people": reverse("office:person-list"),
        "person": User.objects.get(username="engineer").get_absolute_url(),
        "stock": reverse("office:stock-list"),
        "stock-moves": reverse("office:stock-move-list"),
        "stock-hand-out": reverse("office:stock-transfer"),
        "depots": reverse("office:depot-list"),
        "organisations": reverse("office:organisation-list"),
        "order-needs": order.get_absolute_url() + "#needs",
        "health": reverse("office:scheduling-health"),
        "rules": reverse("office:rule-set-list"),
        "imports": reverse("office:import-list"),
        "import-create": reverse("office:import-create"),
    }
    if lead := Lead.objects.filter(visits_count__gt=0).last():
        pages["lead"] = lead.get_absolute_url()
    for opportunity in Opportunity.objects.filter(stage__in=["offered", "agreed", "review"]).order_by("stage"):
        pages[f"opportunity-{opportunity.stage}"] = opportunity.get_absolute_url()
    if cell := Cell.objects.standing().first():
        pages["cell"] = cell.get_absolute_url()
    if campaign := Campaign.objects.last():
        pages["campaign"] = campaign.get_absolute_url()
    if task := ProspectingTask.objects.first():
        pages["prospecting-task"] = task.get_absolute_url()
    if request := Request.objects.order_by("-received_at").first():
        pages["request"] = reverse("office:request-detail", args=[request.number])
    if job := Import.objects.first():
        pages["import"] = job.get_absolute_url()
    homes = {
        role: {f"home-{role}": reverse("office:home")}
        for role in ("dispatcher", "warehouse", "analyst", "finance", "ops")
    }
    homes["warehouse"]["sheets"] = reverse("office:sticker-sheet-list")
    homes["ops"] |= {"log": reverse("office:log"), "admin": reverse("admin:index")}
    return {"manager": pages, **homes}


def field_pages() -> dict[str, dict[str, str]]:
    engineer = User.objects.get(username="engineer")
    mine = WorkOrder.objects.filter(engineer=engineer)
    pages = {
        "today": reverse("field:today"),
        "scan": reverse("field:scan"),
        "me": reverse("field:me"),
        "notices": reverse("field:notices"),
    }
    for status in ("assigned", "accepted", "en_route", "on_site", "in_progress", "completed"):
        if order := mine.filter(status=status).last():
            pages[f"order-{status}"] = reverse("field:order", args=[order.number])
    return {"engineer": pages}


def public_pages() -> dict[str, str]:
    sticker = Sticker.objects.filter(terminal__status="live", voided_at=None).last()
    under_way = WorkOrder.objects.filter(
        status__in=["en_route", "accepted", "assigned"]
    ).first() or WorkOrder.objects.latest("pk")
    done = WorkOrder.objects.filter(status="completed").last() or WorkOrder.objects.filter(status="closed").last()
    now = timezone.now()
    return {
        "sticker": sticker.get_absolute_url(),
        "sticker-unbound": Sticker.objects.filter(terminal=None).last().get_absolute_url(),
        "tracking": reverse("public:tracking", args=[make_tracking_link(under_way, by=None, at=now)]),
        "tracking-done": reverse("public:tracking", args=[make_tracking_link(done, by=None, at=now)]),
        "check": reverse("public:engineer-check"),
        "unknown": "/m/t/unknown/",
        "login": reverse("login"),
    }
