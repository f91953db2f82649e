"""The live map, what it asks for every few seconds, the cards on it, and the track of a person's day."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, time_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from dispatch import permissions
from dispatch.map_forms import Doing, MapFilter, Show
from dispatch.map_track import Line, line_of
from dispatch.queries import map as queries
from dispatch.queries.map import Gathered, LiveMap, Pressing
from toolkit.map_view import NoSuchView
from toolkit.map_view import View as Seen
from toolkit.views import DetailPage, Page, PanelPage
from workforce.actions import view_track
from workforce.models import Position, User
from workforce.positions import on_duty_until, track_of, zone_of
from workorders.lifecycle import NEXT, Status
from workorders.models import WorkOrder


class Map(Page, TemplateView):
    """People in shift and open orders, drawn by static/js/map_live.js from what MapFeatures answers."""

    permission = permissions.SEE_POSITIONS
    title = gettext_lazy("Live map")
    template_name = "dispatch/map.html"

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        corners = queries.where_it_happens(LiveMap(user, timezone.now()))
        return super().get_context_data(
            form=MapFilter(initial=self.request.GET.dict(), user=user),
            start={"corners": corners, "names": queries.names_of_regions(user)},
            doings=Doing.choices,
            pressings=Pressing.choices,
            **kwargs,
        )


class MapFeatures(Page, View):
    """At most 500 features of a part of the world, with a list of the same as text; 304 where nothing has changed."""

    permission = permissions.SEE_POSITIONS

    def get(self, request: HttpRequest) -> HttpResponse:
        form = MapFilter(request.GET, user=request.user)
        if not form.is_valid():
            return self.not_understood(" ".join(error for errors in form.errors.values() for error in errors))
        try:
            seen = Seen.read(request.GET.get("bbox", ""), request.GET.get("zoom", ""))
        except NoSuchView:
            return self.not_understood(
                _("bbox must be west,south,east,north in degrees, and zoom a level from 0 to 22.")
            )
        response = JsonResponse(features(LiveMap(request.user, timezone.now(), form.cleaned_data), seen))
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["ETag"] = etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, etag=etag, response=response)

    def not_understood(self, sentence: str) -> JsonResponse:
        return JsonResponse({"detail": sentence}, status=400)


def features(live: LiveMap, seen: Seen) -> dict[str, Any]:
    inside = queries.inside(seen)
    listed: dict[str, Any] = {"is_searched": bool(live.asked["q"])}
    answer: dict[str, Any] = {"people": [], "orders": [], "heat": []}
    if live.shows(Show.PEOPLE):
        found = queries.gather(live.people.filter(inside), seen, Doing.values, queries.PEOPLE, "person__name")
        first, count = found.first, found.count
        if listed["is_searched"]:  # then wherever they are
            first = list(live.people.order_by("person__name", "pk").values_list("key", "kind")[: queries.LISTED])
            count = live.people.count()
        people = _people(found.named | {key for key, _kind in first}, live)
        answer["people"] = _drawn(found, people)
        listed |= {
            "people": [_person_row(people[key], kind) for key, kind in first if key in people],
            "people_count": count,
        }
        if not live.asked["doing"]:
            silent, off = live.not_drawn()
            card = _addresses("office:map-person")
            listed["not_drawn"] = [
                (key, names.count, [(name, card(username)) for name, username in names.first])
                for key, names in (("silent", silent), ("off", off))
                if names.count
            ]
    if live.shows(Show.ORDERS):
        found = queries.gather(live.orders.filter(inside), seen, Pressing.values, queries.ORDERS, "due_at")
        orders = _orders(found.named)
        answer["orders"] = _drawn(found, orders)
        listed |= {
            "orders": [_order_row(orders[key], kind) for key, kind in found.first if key in orders],
            "orders_count": found.count,
        }
    if live.asked["heat"]:
        heat = queries.gather(live.heat.filter(inside), seen, ["order"], queries.HEAT)
        answer["heat"] = [[cell.lat, cell.lon, cell.counts["order"]] for cell in heat.features]
    return answer | {"list": render_to_string("dispatch/map_list.html", listed)}


def _drawn(found: Gathered, named: dict[int, dict]) -> list[dict]:
    return [
        {
            "at": [feature.lat, feature.lon],
            "box": [feature.box[:2], feature.box[2:]],
            "counts": feature.counts,
            "who": [named[key]["who"] for key in feature.keys if key in named],
        }
        for feature in found.features
    ]


def _people(keys: Iterable[int], live: LiveMap) -> dict[int, dict[str, Any]]:
    """What is said of each: `who` on the map, the rest in the list."""
    rows = Position.objects.filter(person__in=keys).order_by()
    card = _addresses("office:map-person")
    return {
        pk: {
            "who": {"label": name, "card": card(username), "is_stale": live.is_stale(at)},
            "at": localtime(at),
            "lat": lat,
            "lon": lon,
        }
        for pk, lat, lon, at, name, username in rows.values_list(
            "pk", "lat", "lon", "at", "person__name", "person__username"
        )
    }


def _person_row(person: dict[str, Any], kind: str) -> dict[str, Any]:
    time, is_stale = time_format(person["at"], "TIME_FORMAT"), person["who"]["is_stale"]
    said = _("last seen %(time)s") % {"time": time} if is_stale else time
    return {
        "card": person["who"]["card"], "lat": person["lat"], "lon": person["lon"], "key": "stale" if is_stale else kind,
        "name": person["who"]["label"], "said": f"{Doing(kind).label} · {said}",
    }  # fmt: skip


def _orders(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = WorkOrder.objects.filter(pk__in=keys).order_by()
    card = _addresses("office:map-order")
    return {
        order["pk"]: order
        | {"who": {"label": f"{order['number']} · {order['merchant__name']}", "card": card(order["number"])}}
        for order in rows.values(
            "pk",
            "number",
            "merchant__name",
            "status",
            "lat",
            "lon",
            "arrived_at",
            "response_due_at",
            "resolution_due_at",
        )
    }


def _order_row(order: dict[str, Any], kind: str) -> dict[str, Any]:
    due_at = order["response_due_at"] if order["arrived_at"] is None else order["resolution_due_at"]
    said = [Pressing(kind).label] if kind != Pressing.OPEN else []
    if due_at:
        said.append(_("due %(time)s") % {"time": date_format(localtime(due_at), "SHORT_DATETIME_FORMAT")})
    said.append(Status(order["status"]).label)
    return {
        "card": order["who"]["card"], "lat": order["lat"], "lon": order["lon"], "key": kind,
        "name": order["merchant__name"], "said": " · ".join(map(str, said)),
    }  # fmt: skip


def _addresses(route: str) -> Callable[[str], str]:
    """reverse() for many."""
    before, after = reverse(route, args=["~"]).split("~")
    return lambda number: before + quote(number) + after


class PersonMixin:
    permission = permissions.SEE_POSITIONS
    slug_field = "username"

    def subjects(self) -> QuerySet[User]:
        return User.objects.visible_to(self.request.user).field_staff().select_related("region", "position")


class PersonCard(PersonMixin, PanelPage):
    template_name = "dispatch/map_person.html"

    def get_context_data(self, **kwargs) -> dict:
        person, now = self.subject, timezone.now()
        position = LiveMap(self.request.user, now).people.filter(person=person).first()
        return super().get_context_data(
            until=on_duty_until(person, now),
            position=position,
            doing=Doing(position.kind) if position else None,
            stops=queries.stops_on(person, now.astimezone(zone_of(person)).date()),
            **kwargs,
        )


class OrderCard(PanelPage):
    permission = permissions.SEE_POSITIONS
    template_name = "dispatch/map_order.html"

    def subjects(self) -> QuerySet[WorkOrder]:
        orders = WorkOrder.objects.visible_to(self.request.user)
        return orders.select_related("merchant", "type", "engineer", "booking", "region")

    def get_context_data(self, **kwargs) -> dict:
        order, now = self.subject, timezone.now()
        due_at = order.response_due_at if order.arrived_at is None else order.resolution_due_at
        return super().get_context_data(
            due_at=due_at,
            is_late=due_at is not None and due_at < now,
            can_assign=Status.ASSIGNED in NEXT[Status(order.status)],
            **kwargs,
        )


class Track(PersonMixin, DetailPage):
    """Where somebody was on one day. That this was looked at is written down."""

    template_name = "dispatch/track.html"

    def get_title(self) -> str:
        return _("Track of %(name)s") % {"name": self.subject.name}

    @cached_property
    def today(self) -> date:
        return timezone.now().astimezone(zone_of(self.subject)).date()

    @cached_property
    def day(self) -> date:
        """Nonsense and what lies ahead is today."""
        try:
            asked = parse_date(self.request.GET.get("on", ""))
        except ValueError:
            asked = None
        return min(asked or self.today, self.today)

    def get_context_data(self, **kwargs) -> dict:
        person, day = self.subject, self.day
        view_track(person, on=day, by=self.request.user, at=timezone.now())
        line = line_of([(fix.at, fix.lat, fix.lon) for fix in track_of(person, day)])
        stops = list(queries.stops_on(person, day))
        one = timedelta(days=1)
        return super().get_context_data(
            day=day,
            today=self.today,
            earlier=day - one,
            later=day + one if day < self.today else None,
            line=line,
            days=settings.TRACK_DAYS,
            rows=queries.day_in_rows(line, stops),
            track=drawing(line, stops) | {"names": queries.names_of_regions(self.request.user)},
            **kwargs,
        )


def drawing(line: Line, stops: list[WorkOrder]) -> dict[str, Any]:
    """For static/js/map_track.js."""
    return {
        "pieces": [piece.places for piece in line.pieces],
        "gaps": [[before.places[-1], after.places[0]] for before, after in line.gaps],
        "stops": [
            {
                "lat": stop.lat,
                "lon": stop.lon,
                "number": number,
                "label": f"{stop.number} · {stop.merchant.name}",
                "is_done": stop.arrived_at is not None,
            }
            for number, stop in enumerate(stops, 1)
            if stop.lat is not None and stop.lon is not None
        ],
    }
