"""Builders of rows that stand before a story begins. States of orders and terminals are reached through actions."""

from datetime import UTC, date, datetime, time

import factory
from factory.django import DjangoModelFactory

from assets.models import Sticker, StickerSheet, Terminal, TerminalModel
from merchants.models import Contact, Merchant, ServiceCalendar, Trade
from procedures.models import Procedure, ProcedureVersion
from workforce.models import PersonSkill, Region, Shift, Skill, User
from workorders.models import SkillNeed, SlaPolicy, WorkOrderType

WEEKLY = {str(day): [["09:00", "12:00"], ["13:00", "18:00"]] for day in range(5)}
STEPS = [
    {"key": "power", "kind": "check", "title": "Terminal powered on", "title_zh": "终端已开机", "required": True},
    {"key": "before", "kind": "photo", "title": "Photo of the terminal", "title_zh": "终端照片", "required": True, "count": 1},
    {"key": "network", "kind": "choice", "title": "Network", "title_zh": "网络", "required": True,
     "options": [{"value": "wifi", "label": "Wi-Fi", "label_zh": "Wi-Fi"}, {"value": "4g", "label": "4G", "label_zh": "4G"}]},
]  # fmt: skip


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"region-{n}")
    name = factory.LazyAttribute(lambda region: region.code.title())


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.LazyAttribute(lambda user: user.username.title())
    role = "dispatcher"
    language = "en"
    email = factory.LazyAttribute(lambda user: f"{user.username}@fieldloop.example")
    region = factory.SubFactory(RegionFactory)

    @classmethod
    def _create(cls, model_class, *args, password="correct horse battery", **kwargs):
        return model_class.objects.create_user(password=password, **kwargs)


class TradeFactory(DjangoModelFactory):
    class Meta:
        model = Trade
        django_get_or_create = ("code",)

    code = "tea"
    name = "Tea house"


class MerchantFactory(DjangoModelFactory):
    class Meta:
        model = Merchant

    number = factory.Sequence(lambda n: f"M-9{n:05d}")
    name = factory.Sequence(lambda n: f"Shop {n}")
    region = factory.SubFactory(RegionFactory)
    trade = factory.SubFactory(TradeFactory)
    address = "文三路 100 号"
    lat = 30.2741
    lon = 120.1551
    location_source = "device"
    created_at = datetime(2026, 1, 5, 2, tzinfo=UTC)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    merchant = factory.SubFactory(MerchantFactory)
    name = "Wang Fang"
    phone = "13812345678"
    email = "owner@shop.example"
    language = "en"
    is_primary = True


class TerminalModelFactory(DjangoModelFactory):
    class Meta:
        model = TerminalModel
        django_get_or_create = ("code",)

    code = "pax-a920"
    maker = "PAX"
    name = "A920"


class TerminalFactory(DjangoModelFactory):
    class Meta:
        model = Terminal

    serial = factory.Sequence(lambda n: f"SN{n:08d}")
    model = factory.SubFactory(TerminalModelFactory)
    region = factory.SubFactory(RegionFactory)
    received_on = date(2026, 1, 5)
    status = "tested"
    tested_at = datetime(2026, 1, 5, 2, tzinfo=UTC)
    since = datetime(2026, 1, 5, 2, tzinfo=UTC)


class StickerSheetFactory(DjangoModelFactory):
    class Meta:
        model = StickerSheet

    number = factory.Sequence(lambda n: f"SS-9{n:05d}")
    region = factory.SubFactory(RegionFactory)
    count = 1
    made_at = datetime(2026, 1, 5, 2, tzinfo=UTC)
    made_by = factory.SubFactory(UserFactory)


class StickerFactory(DjangoModelFactory):
    class Meta:
        model = Sticker

    number = factory.Sequence(lambda n: f"ST-9{n:05d}")
    sheet = factory.SubFactory(StickerSheetFactory)


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill
        django_get_or_create = ("code",)

    code = "pos-repair"
    name = "POS repair"


class PersonSkillFactory(DjangoModelFactory):
    class Meta:
        model = PersonSkill

    person = factory.SubFactory(UserFactory)
    skill = factory.SubFactory(SkillFactory)
    level = 3


class ServiceCalendarFactory(DjangoModelFactory):
    class Meta:
        model = ServiceCalendar
        django_get_or_create = ("name",)

    name = "Office hours"
    time_zone = "Asia/Shanghai"
    weekly = WEEKLY


class ProcedureFactory(DjangoModelFactory):
    class Meta:
        model = Procedure
        django_get_or_create = ("code",)

    code = "repair"
    name = "Repair of a terminal"


class ProcedureVersionFactory(DjangoModelFactory):
    class Meta:
        model = ProcedureVersion

    procedure = factory.SubFactory(ProcedureFactory)
    number = 1
    steps = STEPS
    published_at = datetime(2026, 1, 5, 2, tzinfo=UTC)


class WorkOrderTypeFactory(DjangoModelFactory):
    class Meta:
        model = WorkOrderType
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = "repair"
    name = "Repair"
    name_zh = "维修"
    duration_min = 45
    skills = factory.RelatedFactory("tests.factories.SkillNeedFactory", factory_related_name="type")


class SkillNeedFactory(DjangoModelFactory):
    class Meta:
        model = SkillNeed
        django_get_or_create = ("type", "skill")

    skill = factory.SubFactory(SkillFactory)


class SlaPolicyFactory(DjangoModelFactory):
    class Meta:
        model = SlaPolicy

    name = factory.Sequence(lambda n: f"Policy {n}")
    calendar = factory.SubFactory(ServiceCalendarFactory)
    response_min = 240
    resolution_min = 480


def shifts_of(person: User, days=range(7), start=time(8), end=time(20)) -> None:
    Shift.objects.bulk_create([Shift(person=person, weekday=day, starts_at=start, ends_at=end) for day in days])
