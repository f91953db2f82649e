"""Channels, what they have, sell and need, and use of card keys that is not as usual."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from spareparts import channel_forms as forms
from spareparts import permissions
from spareparts.actions import card_keys
from spareparts.actions import channels as actions
from spareparts.lists import channels as lists
from spareparts.models import (
    Channel,
    ChannelDay,
    ChannelMinimum,
    KeyActivation,
    KeyBatch,
    KeyHolding,
    Part,
    Place,
    Refill,
    Stock,
    UsageFlag,
    parse_serial,
)  # fmt: skip
from spareparts.models.channels import RATE_DAYS
from spareparts.usage import MOST_WEEKS
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page

MOST_RANGES, MOST_TASKS, MOST_ON_MAP = 200, 10, 500


class ChannelRows:
    permission = permissions.VIEW_CHANNEL

    def rows(self) -> QuerySet[Channel]:
        rows = Channel.objects.visible_to(self.request.user).with_figures(timezone.localdate())
        refills = Prefetch("refills", Refill.objects.open().select_related("part"), to_attr="open_refills")
        return rows.select_related("place__region", "person").prefetch_related(refills)


class ChannelList(ChannelRows, ListPage):
    name = "channel-list"
    title = _("Channels")
    filterset_class = lists.ChannelFilter
    table_class = lists.ChannelTable
    template_name = "spareparts/channels.html"
    create_url = "office:channel-create"
    create_permission = permissions.KEEP_CHANNEL
    create_label = _("Add a channel")
    empty_text = _("No channels yet: add who sells your card keys.")


class ChannelMap(ChannelRows, Page, TemplateView):
    """The channels of the list's filters; red: unusual use, orange: below a minimum."""

    title = _("Channels on the map")
    template_name = "spareparts/channel_map.html"

    def get_context_data(self, **kwargs) -> dict:
        filters = lists.ChannelFilter(self.request.GET, queryset=self.rows(), request=self.request)
        shown = list(filters.qs.exclude(place__lat=None)[: MOST_ON_MAP + 1])
        points = [
            {
                "lat": each.place.lat, "lon": each.place.lon, "url": each.get_absolute_url(), "label": self._label(each),
                "colour": "red" if each.flags else "orange" if each.open_refills else "green",
            }
            for each in shown[:MOST_ON_MAP]
        ]  # fmt: skip
        return super().get_context_data(
            filterset=filters, map_data={"points": points}, has_more=len(shown) > MOST_ON_MAP, **kwargs
        )

    def _label(self, channel: Channel) -> str:
        return gettext("%(channel)s: %(count)d in stock") % {"channel": channel, "count": channel.left}


class ChannelCreate(FormPage):
    permission = permissions.KEEP_CHANNEL
    title = _("Add a channel")
    submit_label = _("Add")
    form_class = forms.NewChannelForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Channel:
        return actions.make_channel(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:channel-list")


class ChannelMixin:
    permission = permissions.VIEW_CHANNEL

    def subjects(self) -> QuerySet[Channel]:
        return Channel.objects.visible_to(self.request.user).select_related("place__region", "person")


class ChannelEdit(ChannelMixin, ActionPage):
    permission = permissions.KEEP_CHANNEL
    submit_label = _("Save")
    form_class = forms.ChannelForm

    def get_title(self) -> str:
        return self.subject.place.name

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        place = self.subject.place
        names = ("name", "region", "lat", "lon", "is_active")
        return {name: getattr(place, name) for name in names} | {"person": self.subject.person}

    def run_action(self, values: dict) -> Channel:
        return actions.change_channel(self.subject, **values, **self.who)


class ChannelMinimumSet(ChannelMixin, ActionPage):
    permission = permissions.KEEP_CHANNEL
    title = _("Set a minimum")
    submit_label = _("Save")
    form_class = forms.MinimumForm

    def get_initial(self) -> dict:
        part = Part.objects.filter(code=self.request.GET.get("part", "")).first()
        known = ChannelMinimum.objects.filter(channel=self.subject, part=part).first() if part else None
        figures = {"minimum": known.minimum, "fill_up_to": known.fill_up_to} if known else {}
        return {"part": part} | figures

    def run_action(self, values: dict) -> None:
        actions.set_minimum(self.subject, **values, **self.who)


class ChannelDetail(ChannelMixin, DetailPage):
    template_name = "spareparts/channel.html"

    def get_title(self) -> str:
        return self.subject.place.name

    def get_context_data(self, **kwargs) -> dict:
        place = self.subject.place
        held = KeyHolding.objects.live().filter(place=place).select_related("batch__part")
        ranges = list(held.order_by("-since", "pk")[: MOST_RANGES + 1])
        point = {"lat": place.lat, "lon": place.lon, "label": place.name}
        return super().get_context_data(
            products=self._products(),
            chart=self._chart(),
            ranges=ranges[:MOST_RANGES],
            has_more=len(ranges) > MOST_RANGES,
            refills=self.subject.refills.select_related("part", "done_by").order_by("-id")[:MOST_TASKS],
            flags=UsageFlag.objects.open()
            .filter(place=place)
            .select_related("batch", "part")
            .order_by("-id")[:MOST_TASKS],
            map_data={"points": [point] if place.lat is not None else []},
            **kwargs,
        )

    def _products(self) -> list[dict[str, Any]]:
        """Stock, minimum, sales a week at the present rate and how long it lasts, of each product."""
        today, channel = timezone.localdate(), self.subject
        stock = dict(Stock.objects.there().filter(place=channel.place).values_list("part", "quantity"))
        recent = ChannelDay.objects.filter(channel=channel, day__gt=today - timedelta(RATE_DAYS), day__lte=today)
        sold = dict(recent.values_list("part").annotate(Sum("sold")).order_by())
        minimums = {each.part_id: each for each in channel.minimums.all()}
        parts = Part.objects.filter(pk__in={*stock, *sold, *minimums}).order_by("name")
        return [
            {
                "part": part, "stock": stock.get(part.pk, 0), "minimum": minimums.get(part.pk),
                "weekly": sold.get(part.pk, 0) * 7 / RATE_DAYS,
                "days_left": stock.get(part.pk, 0) * RATE_DAYS // sold[part.pk] if sold.get(part.pk) else None,
                "is_short": part.pk in minimums and stock.get(part.pk, 0) < minimums[part.pk].minimum,
            }
            for part in parts
        ]  # fmt: skip

    def _chart(self) -> dict[str, Any]:
        """A plotly figure: sold in each of the last weeks, by product."""
        today = timezone.localdate()
        this = today - timedelta(days=today.weekday())
        weeks = [this - timedelta(weeks=ago) for ago in reversed(range(MOST_WEEKS))]
        sold: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        days = (
            ChannelDay.objects.filter(channel=self.subject, day__gte=weeks[0]).select_related("part").order_by("part")
        )
        for each in days:
            sold[str(each.part)][each.day - timedelta(days=each.day.weekday())] += each.sold
        bars = [
            {
                "type": "bar",
                "name": name,
                "x": [week.isoformat() for week in weeks],
                "y": [counts[week] for week in weeks],
            }
            for name, counts in sold.items()
        ]
        layout = {"barmode": "stack", "legend": {"orientation": "h", "y": -0.2}, "showlegend": len(bars) > 1}
        return {"data": bars, "layout": layout} if bars else {}


class KeyBatchList(ListPage):
    name = "key-batch-list"
    title = _("Card-key batches")
    permission = permissions.VIEW_CHANNEL
    filterset_class = lists.KeyBatchFilter
    table_class = lists.KeyBatchTable
    template_name = "spareparts/key_batches.html"
    create_url = "office:key-batch-create"
    create_permission = permissions.KEEP_CHANNEL
    create_label = _("Receive a batch")
    empty_text = _("No batches yet: mark a part as a card key, then receive a range of serials.")

    def rows(self) -> QuerySet[KeyBatch]:
        return KeyBatch.objects.with_channels().select_related("part")


class KeyBatchCreate(FormPage):
    permission = permissions.KEEP_CHANNEL
    title = _("Receive a batch")
    submit_label = _("Receive")
    form_class = forms.BatchForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> KeyBatch:
        return card_keys.receive_batch(values.pop("part"), **values, **self.who)

    def back_url(self) -> str:
        return reverse("office:key-batch-list")


class KeyBatchDetail(DetailPage):
    """Where its serials are; ?serial=… says where one of them is and when it was activated."""

    permission = permissions.VIEW_CHANNEL
    template_name = "spareparts/key_batch.html"

    def subjects(self) -> QuerySet[KeyBatch]:
        return KeyBatch.objects.with_channels().select_related("part", "received_by")

    def get_title(self) -> str:
        return self.subject.number

    def get_context_data(self, **kwargs) -> dict:
        places = Place.objects.visible_to(self.request.user).values("pk")
        held = (
            self.subject.holdings.live()
            .filter(place__in=places)
            .select_related("batch", "place__person", "place__channel", "by")
        )
        asked = self.request.GET.get("serial", "").strip().upper()[:30]
        prefix, width, serial = parse_serial(asked) or ("", 0, -1)
        is_ours = (prefix, width) == (self.subject.prefix, self.subject.width) and serial in self._numbers()
        if asked:
            held = held.filter(serials__contains=serial) if is_ours else held.none()
        ranges = list(held.order_by("serials")[: MOST_RANGES + 1])
        return super().get_context_data(
            asked=asked,
            is_ours=is_ours,
            activation=KeyActivation.objects.filter(batch=self.subject, serial=serial).first() if is_ours else None,
            ranges=ranges[:MOST_RANGES],
            has_more=len(ranges) > MOST_RANGES,
            **kwargs,
        )

    def _numbers(self) -> range:
        return range(self.subject.serials.lower, self.subject.serials.upper)


class KeyHandOut(FormPage):
    permission = permissions.KEEP_CHANNEL
    title = _("Hand out card keys")
    submit_label = _("Hand out")
    success_message = _("They are handed out.")
    form_class = forms.KeyHandOutForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        target = Place.objects.visible_to(self.request.user).filter(code=self.request.GET.get("to", "")).first()
        return {"target": target, "first": self.request.GET.get("first", "")}

    def run_action(self, values: dict) -> KeyBatch:
        return card_keys.hand_out_keys(values.pop("first"), **values, **self.who)

    def back_url(self) -> str:
        return reverse("office:key-batch-list")


class UsageFlagList(ListPage):
    """What is open first."""

    name = "usage-flag-list"
    title = _("Unusual use")
    permission = permissions.VIEW_CHANNEL
    filterset_class = lists.UsageFlagFilter
    table_class = lists.UsageFlagTable
    empty_text = _("Nothing unusual was found.")

    def rows(self) -> QuerySet[UsageFlag]:
        rows = UsageFlag.objects.visible_to(self.request.user).open_first()
        return rows.select_related("place__channel", "place__person", "part", "batch")

    def table(self) -> lists.UsageFlagTable:
        table = super().table()
        table.is_editable = self.request.user.has_perm(permissions.SETTLE_USAGE)
        return table


class UsageFlagSettle(ActionPage):
    permission = permissions.SETTLE_USAGE
    title = _("Settle unusual use")
    submit_label = _("Settle")
    template_name = "spareparts/usage_flag.html"
    form_class = forms.NoteForm
    slug_field = "pk"

    def subjects(self) -> QuerySet[UsageFlag]:
        return UsageFlag.objects.visible_to(self.request.user).select_related("place", "part", "batch")

    def run_action(self, values: dict) -> UsageFlag:
        return actions.settle_flag(self.subject, **values, **self.who)

    def done_url(self, result: UsageFlag) -> str:
        return self.back_url()

    def back_url(self) -> str:
        return f"{reverse('office:usage-flag-list')}?open=true"
