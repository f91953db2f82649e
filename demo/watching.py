"""What is watched from the start: the rules a provider of payment services switches on first, and what they find."""

from datetime import datetime, timedelta

from django.utils import translation

from assets.telemetry import mark_silent
from demo.reference import Reference
from monitoring.actions import evaluate, make_rule, open_alert_orders, publish_rule
from monitoring.lifecycle import Kind
from workforce.models import User
from workorders.models import Priority

MOST_ORDERS = 8  # the others follow with the first minutes

# kind, Chinese, English, raised and cleared at, minutes before it is raised and cleared, order, more
RULES = [
    ("offline", "终端离线", "Terminal offline", 120, 15, 0, 30, "repair", {"again_after_h": 72}),
    ("paper", "打印纸不足", "Paper runs out", 10, 40, 0, 30, "inspect", {"again_after_h": 72, "priority": Priority.LOW}),
    ("keys", "卡密不足", "Card keys run out", 20, 50, 0, 30, "inspect", {"again_after_h": 72}),
    ("tamper", "机壳被拆", "Case opened", 1, 0, 0, 0, "repair", {"priority": Priority.URGENT}),
    ("place", "终端不在登记位置", "Away from its place", 500, 300, 10, 30, "inspect", {"priority": Priority.HIGH}),
    ("dormant", "三个月无交易", "Three months without transactions", 90, 3, 0, 0, "inspect", {"priority": Priority.LOW}),
    ("abandoned", "一年无交易", "A year without transactions", 365, 3, 0, 0, "retrieve", {"priority": Priority.LOW}),
    ("renewal", "老旧且多次维修", "Old and often repaired", 36, 35, 0, 0, "", {"least_faults": 2}),
    ("demand", "需求连续上升", "Demand rises three months", 4, 1, 0, 0, "", {}),
    ("region", "地区异常", "A region off its normal", 6, 3, 0, 0, "", {}),
]  # fmt: skip


def watch(reference: Reference, *, by: User, language: str, at: datetime) -> None:
    with translation.override(language):
        for kind, zh, en, raise_at, clear_at, raise_after, clear_after, order, more in RULES:
            rule = make_rule(
                name=zh if language.startswith("zh") else en, kind=kind, raise_at=raise_at, clear_at=clear_at,
                raise_after_min=raise_after, clear_after_min=clear_after, order_type=reference.types.get(order),
                by=by, at=at - timedelta(days=1), **more,
            )  # fmt: skip
            publish_rule(rule, by=by, at=at - timedelta(days=1))
        mark_silent(at=at)
        evaluate(Kind.PLACE, at=at - timedelta(minutes=15))  # away for a while already
        for kind in Kind:
            evaluate(kind, at=at)
        open_alert_orders(at=at, limit=MOST_ORDERS)
