"""Reference data of a new company: what must stand before the first order. Running it again changes nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from assets.models import TerminalModel
from demo import catalogue
from demo.experience import FAULT_CODES
from dispatch.actions import make_rules
from dispatch.models import RuleSet
from inspections.models import FindingRule
from merchants.holidays import DayKind, chinese_calendar_exceptions
from merchants.lifecycle import ASKED
from merchants.models import DocumentRule, ServiceCalendar, Trade
from procedures.actions import make_variant, publish_variant, publish_version
from procedures.models import Procedure
from procedures.variants import resolve
from workforce.models import Region, Skill
from workorders.actions import make_escalation
from workorders.models import FaultCode, SlaEscalation, SlaPolicy, WorkOrderType

FIRST_YEAR = 2025
PRICES = {"pos": 680, "qr_plate": 25, "speaker": 95, "scanner": 160, "printer": 240}  # CNY, to replace one
Naming = Callable[[str, str], str]  # the Chinese or the English one of two


@dataclass(frozen=True)
class Reference:
    """By code."""

    trades: dict[str, Trade]
    models: dict[str, TerminalModel]
    skills: dict[str, Skill]
    types: dict[str, WorkOrderType]


def load_reference(at: datetime, *, language: str = "zh-hans", publish: bool = True) -> Reference:
    """Makes what is missing, named in this language. Procedures without a version are published, unless told not to."""
    is_chinese = language.startswith("zh")

    def named(zh: str, en: str) -> str:
        return zh if is_chinese else en

    with transaction.atomic():
        trades = {
            code: Trade.objects.get_or_create(code=code, defaults={"name": named(zh, en)})[0]
            for code, zh, en in catalogue.TRADES
        }
        models = {
            code: TerminalModel.objects.get_or_create(
                code=code,
                defaults={
                    "maker": maker,
                    "name": name,
                    "kind": kind,
                    "has_card_reader": reads,
                    "has_printer": prints,
                    "needs_keys": kind == "pos",
                    "value": PRICES[kind],
                },
            )[0]
            for code, maker, name, kind, reads, prints in catalogue.MODELS
        }
        skills = {
            code: Skill.objects.get_or_create(code=code, defaults={"name": named(zh, en)})[0]
            for code, zh, en in catalogue.SKILLS
        }
        types = {}
        for code, zh, en, minutes, skill, level, needs_terminal in catalogue.ORDER_TYPES:
            procedure_zh, procedure_en, steps = catalogue.PROCEDURES[code]
            procedure, _new = Procedure.objects.get_or_create(
                code=code, defaults={"name": named(procedure_zh, procedure_en)}
            )
            if publish and procedure.current is None:
                publish_version(procedure, steps=steps, by=None, at=at)
            values = {"name": en, "name_zh": zh, "duration_min": minutes, "procedure": procedure,
                      "needs_terminal": needs_terminal, "needs_fault_codes": code == "repair", "needs_review": code == "install"}  # fmt: skip
            types[code], is_new = WorkOrderType.objects.get_or_create(code=code, defaults=values)
            if is_new:
                types[code].skill_needs.create(skill=skills[skill], level=level)
        if not DocumentRule.objects.exists():
            rules = [(kind, type, must) for kind, asked in ASKED.items() for type, must in asked.items()]
            DocumentRule.objects.bulk_create(DocumentRule(kind=k, type=t, is_required=must) for k, t, must in rules)
        for kind, code, zh, en, model_kind in FAULT_CODES:
            names = {"name": en, "name_zh": zh, "model_kind": model_kind, "is_other": code == "other"}
            FaultCode.objects.get_or_create(kind=kind, code=code, defaults=names)
        if publish:
            _load_variants(named, at)
        calendars = {code: _calendar(code, named, at) for code in catalogue.CALENDARS}
        _load_sla_policies(types, calendars, named)
        _load_rule_sets(types, named, at)
        if not FindingRule.objects.exists():
            rows = catalogue.FINDING_RULES
            FindingRule.objects.bulk_create(
                FindingRule(severity=severity, kind=kind, opens=types[code], suspends=suspends)
                for severity, kind, code, suspends in rows
            )
        if not SlaEscalation.objects.exists():
            for percent, role in catalogue.ESCALATIONS:
                make_escalation(percent=percent, role=role, by=None, at=at)
    return Reference(trades, models, skills, types)


def _load_variants(named: Naming, at: datetime) -> None:
    """Where their regions exist."""
    for procedure_code, region_code, zh, en, changes in catalogue.VARIANTS:
        procedure = Procedure.objects.get(code=procedure_code)
        region = Region.objects.filter(code=region_code).first()
        if region and procedure.current and not procedure.variants.filter(region=region, tier="", trade=None).exists():
            variant = make_variant(procedure, name=named(zh, en), region=region, by=None, at=at)
            publish_variant(variant, steps=resolve(procedure.current.steps, [changes]), by=None, at=at)


def _calendar(code: str, named: Naming, at: datetime) -> ServiceCalendar:
    """Its holidays are added as far as they are known, so that running this each winter brings the next year's."""
    zh, en, weekly, on_holidays = catalogue.CALENDARS[code]
    calendar = ServiceCalendar.objects.filter(name__in=(zh, en)).first()
    calendar = calendar or ServiceCalendar.objects.create(name=named(zh, en), weekly=weekly)
    if on_holidays is None:
        return calendar
    known = set(calendar.days.values_list("date", flat=True))
    for year in range(FIRST_YEAR, at.year + 2):
        with suppress(ValueError):  # not yet published
            for day, kind in chinese_calendar_exceptions(year).items():
                is_off = kind is DayKind.HOLIDAY
                if day not in known and (is_off or code == catalogue.OFFICE):
                    name = named("法定节假日", "Public holiday") if is_off else named("调休上班", "Make-up workday")
                    hours = on_holidays if is_off else catalogue.OFFICE_DAY
                    calendar.days.create(date=day, name=name, hours=hours)
    return calendar


def _load_sla_policies(types: dict[str, WorkOrderType], calendars: dict[str, ServiceCalendar], named: Naming) -> None:
    for zh, en, type_code, tier, level, calendar, response_min, resolution_min in catalogue.SLA_POLICIES:
        if not SlaPolicy.objects.filter(name__in=(zh, en)).exists():
            SlaPolicy.objects.create(
                name=named(zh, en), order_type=types.get(type_code), tier=tier, service_level=level,
                calendar=calendars[calendar], follows_territory=calendar != catalogue.ROUND_THE_CLOCK,
                response_min=response_min, resolution_min=resolution_min,
            )  # fmt: skip


def _load_rule_sets(types: dict[str, WorkOrderType], named: Naming, at: datetime) -> None:
    for zh, en, type_code, values in catalogue.RULE_SETS:
        order_type = types.get(type_code)
        if not RuleSet.objects.filter(region=None, order_type=order_type, is_current=True).exists():
            make_rules(by=None, at=at, name=named(zh, en), order_type=order_type, **values)
