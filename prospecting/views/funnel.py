"""The funnel, the manager's day, and the list of visits that their numbers lead to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from merchants.views.review import ReviewList
from prospecting import funnel, lists, permissions
from prospecting.models import Lead, ProspectingTask, Visit
from prospecting.views.leads import LeadList
from prospecting.views.tasks import TaskList, counted
from toolkit.lists import COUNT_LIMIT, ListPage
from toolkit.views import Page
from workforce.models import User
from workforce.roles import Role

PERIOD = timedelta(days=90)  # looked at unless another is chosen
SEEN_WITHIN = timedelta(hours=1)  # positions are only kept in shift
LAPSES_WITHIN = timedelta(days=3)
SHOWN = 8


class ShopVisitList(ListPage):
    name = "shop-visit-list"
    title = gettext_lazy("Visits to shops")
    permission = permissions.VIEW_LEAD
    filterset_class = lists.VisitFilter
    table_class = lists.VisitTable
    export_permission = permissions.EXPORT_LEADS
    empty_text = gettext_lazy("Nobody has visited a shop yet.")

    def rows(self) -> QuerySet[Visit]:
        return Visit.objects.visible_to(self.request.user).select_related("lead", "prospector")


class Funnel(Page, TemplateView):
    """Leads of a period, by how far they have come. Its filters are those of the list that its numbers lead to."""

    permission = permissions.VIEW_FUNNEL
    title = gettext_lazy("Funnel")
    template_name = "prospecting/funnel.html"

    @cached_property
    def asked(self) -> QueryDict:
        """What is narrowed down by; without a word about it, the last PERIOD."""
        asked = self.request.GET.copy()
        asked.pop("by", None)
        if not asked:
            today = timezone.localdate()
            asked.update({"created_after": (today - PERIOD).isoformat(), "created_before": today.isoformat()})
        return asked

    @cached_property
    def filterset(self) -> lists.FunnelFilter:
        rows = Lead.objects.visible_to(self.request.user).filter(merged_into=None)
        return lists.FunnelFilter(self.asked, queryset=rows, request=self.request)

    def get_context_data(self, **kwargs) -> dict:
        chosen = self.request.GET.get("by")
        by = funnel.By(chosen if chosen in funnel.By.values else funnel.By.PERSON)
        leads = self.filterset.qs if self.filterset.is_valid() else self.filterset.queryset.none()
        query = {name: value for name, value in self.asked.items() if value}
        rows, total = funnel.rows(leads, by, query)
        return super().get_context_data(
            filterset=self.filterset,
            by=by,
            tabs=[(each, f"?{self.query(by=each.value)}") for each in funnel.By],
            total=total,
            rows=rows,
            most=funnel.MOST_ROWS,
            chart=funnel.chart(total),
            **kwargs,
        )

    def query(self, **changes: str) -> str:
        asked = self.asked.copy()
        asked.update(changes)
        return asked.urlencode()


@dataclass(frozen=True)
class Tile:
    label: str
    icon: str
    alarm: str
    page: type[ListPage]
    query: str

    def shown_to(self, request) -> dict[str, Any]:
        """Counted by the list it leads to."""
        count = self.page.counted(request, self.query)
        return {
            "label": self.label,
            "icon": self.icon,
            "colour": self.alarm if count else "secondary",
            "count": count,
            "is_capped": count > COUNT_LIMIT,
            "url": f"{reverse(f'office:{self.page.name}')}?{self.query}",
        }


class Today(Page, TemplateView):
    """What goes on in prospecting: who is where, what was visited, what needs the manager."""

    permission = permissions.GIVE_TASKS
    title = gettext_lazy("Prospecting today")
    template_name = "prospecting/funnel_today.html"

    def get_context_data(self, **kwargs) -> dict:
        user, now, today = self.request.user, timezone.now(), timezone.localdate()
        midnight = timezone.make_aware(datetime.combine(today, time.min))
        seen = Visit.objects.visible_to(user)
        visits = seen.filter(at__gte=midnight).select_related("lead", "prospector").order_by("-at")
        people = self.people(user, now, midnight)
        return super().get_context_data(
            tiles=[tile.shown_to(self.request) for tile in self.tiles()],
            people=people,
            visits=list(visits[:SHOWN]),
            tasks=_in_progress(user)[:SHOWN],
            doubtful=seen.filter(score__lt=lists.DOUBTFUL).select_related("lead", "prospector").order_by("-at")[:SHOWN],
            lapsing=Lead.objects.visible_to(user)
            .hunted()
            .filter(claimed_until__lt=now + LAPSES_WITHIN)
            .select_related("owner")
            .order_by("claimed_until")[:SHOWN],
            now=now,
            today=today,
            map_data={"points": [*_places(people, now), *_shops(visits)]},
            **kwargs,
        )

    def people(self, user: User, now: datetime, midnight: datetime) -> QuerySet[User]:
        """Prospectors who were on the way or at a shop today, with where they were last."""
        today = Visit.objects.filter(prospector=OuterRef("pk"), at__gte=midnight).order_by().values("prospector")
        return (
            User.objects.visible_to(user)
            .filter(role=Role.PROSPECTOR, is_active=True)
            .annotate(
                count=Coalesce(Subquery(today.values(count=Count("pk"))), 0),
                last=Subquery(today.values(last=Max("at"))),
            )
            .filter(Q(position__at__gte=now - SEEN_WITHIN) | Q(count__gt=0))
            .select_related("position")
            .order_by("-count", "name")
        )

    def tiles(self) -> list[Tile]:
        today = timezone.localdate()
        day = f"at_after={today}&at_before={today}"
        week = f"at_after={today - timedelta(days=6)}&at_before={today}"
        lapses = f"claimed_until_after={today}&claimed_until_before={today + LAPSES_WITHIN}"
        tiles = [
            Tile(_("visits today"), "map-pin", "green", ShopVisitList, day),
            Tile(_("tasks in progress"), "route", "blue", TaskList, "status=open"),
            Tile(_("doubtful visits in 7 days"), "shield-check", "orange", ShopVisitList, f"doubtful=true&{week}"),
            Tile(_("claims that lapse within 3 days"), "clock", "yellow", LeadList, lapses),
            Tile(_("reviews that wait for a decision"), "checklist", "azure", ReviewList, "state=submitted"),
        ]
        return [tile for tile in tiles if self.request.user.has_perm(tile.page.permission)]


def _in_progress(user: User) -> QuerySet[ProspectingTask]:
    tasks = counted(ProspectingTask.objects.visible_to(user).open())
    return tasks.select_related("prospector").order_by("due_on", "pk")


def _places(people: Iterable[User], now: datetime) -> list[dict[str, Any]]:
    seen = [person for person in people if hasattr(person, "position") and person.position.at >= now - SEEN_WITHIN]
    return [
        {
            "lat": person.position.lat, "lon": person.position.lon, "colour": "blue",
            "label": _("%(person)s, %(time)s") % {"person": person.name, "time": _clock(person.position.at)},
        }
        for person in seen
    ]  # fmt: skip


def _shops(visits: Iterable[Visit]) -> list[dict[str, Any]]:
    return [
        {
            "lat": visit.lead.lat, "lon": visit.lead.lon, "url": visit.lead.get_absolute_url(),
            "colour": "orange" if visit.score is not None and visit.score < lists.DOUBTFUL else "green",
            "label": f"{visit.lead.name} · {visit.prospector.name} · {_clock(visit.at)}",
        }
        for visit in visits if visit.lead.lat is not None
    ]  # fmt: skip


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "TIME_FORMAT")
