"""A shelf with one article of the engineer's, and an order to try it on."""

import pytest

from knowledge import actions
from tests.factories import TerminalModelFactory
from tests.workorders.conftest import (  # noqa: F401 (the stations of an order)
    accepted,
    answered,
    ask,
    assigned,
    en_route,
    minutes,
    on_site,
    pooled,
    signed,
    working,
)
from workorders.actions import complete_work_order
from workorders.models import FaultCode


@pytest.fixture
def codes(db):
    rows = [
        ("symptom", "no-print", "Prints nothing", "打不出来"),
        ("cause", "dirt", "Dirt", "脏污"),
        ("remedy", "clean", "Cleaned", "清洁"),
        ("symptom", "other", "Something else", "其他"),
    ]
    made = [FaultCode.objects.create(kind=kind, code=code, name=en, name_zh=zh) for kind, code, en, zh in rows]
    FaultCode.objects.filter(code="other").update(is_other=True)
    return {code.code: code for code in made}


@pytest.fixture
def draft(engineer, codes, at):
    return actions.draft_article(
        title="Paper jam", title_zh="打印机卡纸", body="# Steps\n\n1. Open the *lid*.", body_zh="打开纸仓盖，清理打印头。",
        terminal_models=[TerminalModelFactory()], fault_codes=[codes["no-print"]], by=engineer, at=at,
    )  # fmt: skip


@pytest.fixture
def proposed(draft, engineer, minutes):  # noqa: F811
    return actions.propose_article(draft, by=engineer, at=minutes(1))


@pytest.fixture
def published(proposed, dispatcher, minutes):  # noqa: F811
    actions.publish_article(proposed, by=dispatcher, at=minutes(2))
    proposed.refresh_from_db()
    return proposed


@pytest.fixture
def completed(signed, engineer, minutes):  # noqa: F811
    return complete_work_order(
        signed, by=engineer, at=minutes(55), resolution="Cleaned the print head", lat=30.2741, lon=120.1551
    )
