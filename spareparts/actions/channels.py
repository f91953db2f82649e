"""Channels, what they must not fall below, and use of card keys that is not as usual."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from journal.actions import differences, record
from notifications.actions import notify
from spareparts.actions._ledger import Kind, Move, write_moves
from spareparts.actions.card_keys import count_as_sold, hand_out_keys
from spareparts.actions.places import bag_of
from spareparts.models import Channel, ChannelDay, ChannelMinimum, Part, Place, Refill, Stock, UsageFlag
from spareparts.usage import MOST_WEEKS, PAST_NIGHTS, unusual_nights, unusual_weeks
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, User

OF_THE_PLACE = ("name", "region", "lat", "lon", "is_active")


def make_channel(
    *, name: str, region: Region, by: User | None, at: datetime, person: User | None = None, lat: float | None = None,
    lon: float | None = None,
) -> Channel:  # fmt: skip
    _refuse_unless_field_staff(person)
    with transaction.atomic():
        number = next_number("CN")
        place = Place.objects.create(
            code=number.lower(), kind=Place.Kind.CHANNEL, name=name, region=region, lat=lat, lon=lon
        )
        channel = Channel.objects.create(number=number, place=place, person=person)
        record("spareparts.make_channel", channel, by=by, at=at)
        return channel


def change_channel(channel: Channel, *, by: User, at: datetime, **values: Any) -> Channel:
    _refuse_unless_field_staff(values.get("person"))
    with transaction.atomic():
        rows = Channel.objects.select_for_update(of=("self", "place")).select_related("place__region", "person")
        channel = rows.get(pk=channel.pk)
        of_place = {name: values.pop(name) for name in OF_THE_PLACE if name in values}
        if changes := differences(channel.place, of_place) | differences(channel, values):
            channel.place.save()
            channel.save()
            record("spareparts.change_channel", channel, by=by, at=at, changes=changes)
        return channel


def _refuse_unless_field_staff(person: User | None) -> None:
    if person and not person.is_field:
        raise Refused(_("%(name)s does not work in the field.") % {"name": person.name}, field="person")


# -- minimum and refill -----------------------------------------------------------------------------------


def set_minimum(channel: Channel, *, part: Part, minimum: int, fill_up_to: int, by: User, at: datetime) -> None:
    """Nought: nobody refills it any more."""
    if minimum and not 0 < minimum <= fill_up_to:
        raise Refused(_("Fill up to the minimum at least."), field="fill_up_to")
    with transaction.atomic():
        Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        known = ChannelMinimum.objects.filter(channel=channel, part=part).first()
        before, after = known and known.minimum, minimum or None
        if minimum:
            values = {"minimum": minimum, "fill_up_to": fill_up_to}
            ChannelMinimum.objects.update_or_create(channel=channel, part=part, defaults=values)
        elif known:
            known.delete()
        changes = {"part": [None, str(part)], "minimum": [before, after]}
        record("spareparts.set_minimum", channel, by=by, at=at, changes=changes)


def refill_channels(*, at: datetime, limit: int = 1000) -> int:
    """Makes the tasks that are missing and withdraws those that nobody needs any more, by what there is now.

    Any process, as often as one likes: a shortage has one task. Returns how many were made.
    """
    short = ChannelMinimum.objects.short()
    needed = short.filter(channel=OuterRef("channel"), part=OuterRef("part"))
    rows = Refill.objects.open().filter(~Exists(needed))
    for key in list(rows.order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            if refill := rows.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first():
                _end(refill, Refill.State.WITHDRAWN, "spareparts.withdraw_refill", None, at)
    asked = Refill.objects.open().filter(channel=OuterRef("channel"), part=OuterRef("part"))
    missing = short.filter(~Exists(asked)).select_related("channel__place", "channel__person", "part")
    return sum(_ask_once(minimum, at) for minimum in missing.order_by("pk")[:limit])


def _ask_once(minimum: ChannelMinimum, at: datetime) -> bool:
    quantity = minimum.fill_up_to - minimum.there  # type: ignore[attr-defined]
    channel, part = minimum.channel, minimum.part
    try:
        with transaction.atomic():
            refill = Refill.objects.create(channel=channel, part=part, quantity=quantity, made_at=at)
            changes = {"quantity": [None, quantity], "part": [None, str(part)], "place": [None, str(channel)]}
            entry = record("spareparts.ask_for_refill", refill, by=None, at=at, changes=changes)
            if channel.person:

                def text() -> tuple[str, str]:
                    names = {"count": quantity, "part": part, "channel": channel}
                    return _("Refill %(channel)s") % names, _("Bring %(count)d × %(part)s.") % names

                notify(
                    channel.person, kind="refill", key=f"parts:{entry.pk}", text=text, at=at, url="/field/channels/",
                    by_mail=False,
                )  # fmt: skip
            return True
    except IntegrityError:  # another process was faster
        return False


def deliver_refill(
    refill: Refill, *, quantity: int, by: User, at: datetime, first: str = "", left: int | None = None
) -> Refill:
    """Out of the own bag: card keys from the first serial on, anything else by number, of which `left` were still there."""
    with transaction.atomic():
        rows = Refill.objects.select_for_update(of=("self",)).select_related(
            "channel__place", "channel__person", "part"
        )
        refill = rows.get(pk=refill.pk)
        channel, part = refill.channel, refill.part
        if refill.state != Refill.State.OPEN:
            raise Refused(_("%(row)s is “%(state)s” already.") % {"row": refill, "state": refill.get_state_display()})
        if channel.person_id != by.pk:
            raise Refused(_("Only %(name)s delivers to %(channel)s.") % {
                "name": channel.person.name if channel.person else "–", "channel": channel})  # fmt: skip
        if part.is_card_key:
            hand_out_keys(first, count=quantity, target=channel.place, by=by, at=at, note=refill.number)
        else:
            if left is not None:
                _note_left(channel, part, left, by=by, at=at, reference=refill.number)
            write_moves([
                Move(kind=Kind.ISSUE, part=part, quantity=quantity, source=bag_of(by), target=channel.place, by=by, at=at,
                     reference=refill.number)
            ])  # fmt: skip
        changes = {"parts": [None, f"{quantity} × {part}"]}
        _end(refill, Refill.State.DONE, "spareparts.deliver_refill", by, at, changes)
        return refill


def _note_left(channel: Channel, part: Part, left: int, *, by: User, at: datetime, reference: str) -> None:
    """What is there no more was used up."""
    level = Stock.objects.filter(part=part, place=channel.place).first()
    used = (level.quantity if level else 0) - left
    if used < 0:
        text = _("By the books there are only %(count)d × %(part)s.")
        raise Refused(text % {"count": left + used, "part": part}, field="left")
    if used:
        write_moves([
            Move(kind=Kind.SELL, part=part, quantity=used, source=channel.place, by=by, at=at, reference=reference)
        ])  # fmt: skip
        today = channel.place.region.service_date(at) if channel.place.region else at.date()
        count_as_sold([(channel, part.pk, today, False)] * used)


def _end(
    refill: Refill, state: Refill.State, verb: str, by: User | None, at: datetime, changes: dict | None = None
) -> None:
    refill.state, refill.done_by, refill.ended_at = state, by, at
    refill.save(update_fields=["state", "done_by", "ended_at"])
    record(verb, refill, by=by, at=at, changes=changes)


# -- unusual use ------------------------------------------------------------------------------------------


def check_usage(*, at: datetime, limit: int = 500) -> int:
    """Looks at the channels where something was activated since the last time. Returns how many flags were made."""
    made = 0
    waiting = Channel.objects.filter(is_unchecked=True)
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            rows = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related(
                "place__region"
            )
            if channel := rows.filter(pk=key).first():
                Channel.objects.filter(pk=key).update(is_unchecked=False)
                made += _check(channel, at)
    return made


def _check(channel: Channel, at: datetime) -> int:
    place, made = channel.place, 0
    today = place.region.service_date(at) if place.region else at.date()
    since = today - timedelta(weeks=MOST_WEEKS, days=PAST_NIGHTS)
    sold: dict[int, dict[date, int]] = defaultdict(dict)
    at_night: dict[int, dict[date, int]] = defaultdict(dict)
    days = ChannelDay.objects.filter(channel=channel, part__is_card_key=True, day__gt=since, day__lte=today)
    for part, day, count, nightly in days.values_list("part", "day", "sold", "at_night"):
        sold[part][day], at_night[part][day] = count, nightly
    for part, of_part in sold.items():
        found = [(UsageFlag.Kind.RATE, each) for each in unusual_weeks(of_part, today)]
        found += [(UsageFlag.Kind.NIGHT, each) for each in unusual_nights(at_night[part], today)]
        for kind, each in found:
            figures = {"count": each.count, "usual": each.usual, "most": each.most}
            flag, is_new = UsageFlag.objects.get_or_create(
                kind=kind, place=place, part_id=part, batch=None, on=each.on, defaults={"found_at": at, **figures}
            )
            if is_new:
                record("spareparts.flag_usage", flag, by=None, at=at, changes={"count": [each.usual, each.count]})
            made += is_new
    return made


def settle_flag(flag: UsageFlag, *, note: str, by: User, at: datetime) -> UsageFlag:
    with transaction.atomic():
        flag = UsageFlag.objects.select_for_update(of=("self",)).select_related("settled_by").get(pk=flag.pk)
        if flag.settled_by:
            raise Refused(_("%(name)s has settled this already.") % {"name": flag.settled_by.name})
        if not note.strip():
            raise Refused(_("Say what came of it."), field="note")
        flag.settled_by, flag.settled_at, flag.note = by, at, note.strip()[:200]
        flag.save(update_fields=["settled_by", "settled_at", "note"])
        record("spareparts.settle_flag", flag, by=by, at=at, note=flag.note)
        return flag
