"""Kiosks that sell card keys and use up paper rolls: half a year of activations, a shortage, and use that is not as usual."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from spareparts.actions import bag_of, receive_part, transfer_part
from spareparts.actions.card_keys import Activated, activate_keys, hand_out_keys, receive_batch
from spareparts.actions.channels import change_channel, check_usage, make_channel, refill_channels, set_minimum
from spareparts.models import Channel, KeyBatch, Part, Place
from workforce.models import User

KIOSKS = (
    ("西溪便利店", "Xixi corner shop"), ("城站报刊亭", "Station news-stand"), ("武林通信", "Wulin Telecom"),
    ("滨江数码", "Binjiang Digital"), ("下沙手机城", "Xiasha Phones"), ("文三路电脑城", "Wensan Computers"),
    ("湖滨旅游服务", "Lakeside Travel"), ("东站小卖部", "East Station kiosk"), ("临平通信营业厅", "Linping Telecom"),
    ("良渚烟酒店", "Liangzhu Tobacco"), ("转塘校园店", "Zhuantang Campus"), ("萧山机场店", "Airport shop"),
)  # fmt: skip
CARDS = (
    ("card-50", "50元充值卡", "Top-up card 50", 50, "HZ5"),
    ("card-100", "100元充值卡", "Top-up card 100", 100, "HZ1"),
)
PRINTED = Decimal("0.3")  # what one costs until it is activated: only then its face value is settled
ROLLS = ("channel-rolls", "渠道打印纸", "Paper rolls for channels")
WEEKS = 27
A_WEEK = (3, 9)  # card keys of each kind that a kiosk sells
FILLED, LEAST = 320, 40
AROUND = 0.09  # degrees
NIGHTLY, ODD = 3, {2: 40, 3: 16}  # kiosks, and how many they sell in the last week


def fill_channels(
    *, depot: Place, people: Sequence[User], keeper: User, seed: int, language: str, at: datetime
) -> list[Channel]:
    """Kiosks in the regions of these field staff, who answer for them, supplied from the depot."""
    rng, begin, is_chinese = (
        random.Random(f"{seed} channels"),
        at - timedelta(weeks=WEEKS + 1),
        language.startswith("zh"),
    )
    channels = [
        make_channel(
            name=zh if is_chinese else en, region=person.region, person=person, by=keeper, at=begin,
            lat=round(depot.lat + rng.uniform(-AROUND, AROUND), 5), lon=round(depot.lon + rng.uniform(-AROUND, AROUND), 5),
        )
        for (zh, en), person in zip(KIOSKS, [people[0], *people] * len(KIOSKS), strict=False)
    ]  # fmt: skip
    for code, zh, en, value, series in CARDS:
        part = Part.objects.create(code=code, name=en, name_zh=zh, is_card_key=True)
        batch = receive_batch(
            part, first=f"{series}K000001", count=20_000, face_value=Decimal(value), unit_cost=PRINTED,
            target=depot, by=keeper, at=begin,
        )  # fmt: skip
        _sell(batch, channels, rng, keeper=keeper, begin=begin, at=at)
        hand_out_keys(batch.serial(15_001), count=500, target=bag_of(people[0]), by=keeper, at=at - timedelta(days=2))
    code, zh, en = ROLLS
    rolls = Part.objects.create(code=code, name=en, name_zh=zh, unit=Part.Unit.ROLL)
    receive_part(rolls, target=depot, quantity=600, unit_cost=Decimal("1.8"), by=keeper, at=begin)
    for number, channel in enumerate(channels):
        transfer_part(rolls, source=depot, target=channel.place, quantity=6 if number == 1 else 24, by=keeper, at=begin)
        set_minimum(channel, part=rolls, minimum=10, fill_up_to=30, by=keeper, at=at)
    transfer_part(rolls, source=depot, target=bag_of(people[0]), quantity=60, by=keeper, at=at - timedelta(days=2))
    change_channel(channels[-1], is_active=False, by=keeper, at=at)
    refill_channels(at=at)
    check_usage(at=at)
    return channels


def _sell(
    batch: KeyBatch, channels: Sequence[Channel], rng: random.Random, *, keeper: User, begin: datetime, at: datetime
) -> None:
    """Month by month as their files come; the third kiosk sells three times as much in the last week, the fourth at night,
    and three card keys were never handed out."""
    sold: list[Activated] = []
    for number, channel in enumerate(channels):
        first = 1 + number * 1000
        count = 150 if number == 0 else FILLED
        hand_out_keys(batch.serial(first), count=count, target=channel.place, by=keeper, at=begin + timedelta(days=1))
        set_minimum(channel, part=batch.part, minimum=LEAST, fill_up_to=count, by=keeper, at=at)
        serial = first
        for week in range(1, WEEKS):
            amount = min(rng.randint(*A_WEEK), first + count - serial)
            if week == WEEKS - 1:
                amount = ODD.get(number, amount)
            for each in range(amount):
                when = (begin + timedelta(weeks=week, days=rng.randint(0, 5))).replace(hour=rng.randint(1, 12))
                if number == NIGHTLY and week == WEEKS - 1:
                    when = (begin + timedelta(weeks=week, days=3)).replace(hour=18, minute=each)  # two in the morning
                sold.append(Activated(batch, serial, when.date(), when))
                serial += 1
    sold += [Activated(batch, 19_000 + each, (at - timedelta(days=3)).date()) for each in range(3)]
    sold.sort(key=lambda each: (each.on, each.serial))
    for month in range(0, len(sold), 500):
        activate_keys(sold[month : month + 500], by=keeper, at=at)
