"""A company of a few dozen shops is built for real, twice, and what it says about itself holds."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F

from assets.lifecycle import NEXT as TERMINAL_NEXT
from assets.models import Binding, Sticker, Terminal
from demo import names, site
from demo.company import Plan, build
from demo.driving import before, drive_here
from demo.experience import ARTICLES
from demo.logins import find_scene
from journal.models import Command, Entry
from knowledge.models import Article, ArticleVersion, Message, Vote
from merchants.models import Merchant
from notifications.models import Notice
from spareparts.models import Handover, Movement, PurchaseRequest, Requisition, Stock
from spareparts.verify import first_difference
from workforce.models import User
from workorders.lifecycle import ONGOING, Status
from workorders.models import Request, WorkOrder
from workorders.queries import deviations, reconciliation

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
TINY = {"merchants": 40, "days": 20, "orders": 12}


def pairs(thing: object) -> Iterator[tuple[str, str]]:
    """Every (Chinese, English) in it."""
    if isinstance(thing, tuple) and len(thing) == 2 and all(isinstance(text, str) for text in thing):
        yield thing
    elif isinstance(thing, list | tuple | dict):
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from pairs(part)


ENGLISH = {text: pair[1] for pair in pairs(list(vars(names).values())) for text in pair}
BRANDS = [*names.BRANDS, *((zh, en) for _trade, zh, en in names.CHAINS)]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def story() -> dict[str, Counter]:
    """Everything that happened, in whichever language, without the numbers that differ from one building to the next."""
    orders = WorkOrder.objects.values_list(
        "summary", "resolution", "type__code", "merchant__lat", "status", "engineer__username", "opened_at",
        "completed_at", "rating__score",
    )  # fmt: skip
    shops = Merchant.objects.values_list("name", "external_id", "tier", "status", "trade__code", "lat", "created_at")
    return {
        "people": Counter(User.objects.values_list("username", "phone", "role", "region__code", "start_lat")),
        "merchants": Counter((next(en for zh, en in BRANDS if name.startswith((zh, en))), *rest) for name, *rest in shops),
        "terminals": Counter(Terminal.objects.values_list("serial", "tid", "status", "holder__username")),
        "orders": Counter((said(summary), said(resolution), *rest) for summary, resolution, *rest in orders),
        "journal": Counter(Entry.objects.values_list("verb", "at", "actor__username")),
    }  # fmt: skip


def said(text: str) -> str:
    """In English; nothing where it was put together."""
    return ENGLISH.get(text, "")


def texts_of(*rows: Iterable[tuple]) -> Iterator[str]:
    return (text for each in rows for row in each for text in row if text)


def the_states_of_orders_and_terminals_follow_from_the_journal() -> None:
    assert list(deviations(WorkOrder.objects.all())) == []
    for terminal in Terminal.objects.all():
        status = None
        moves = Entry.objects.about(terminal).filter(changes__has_key="status").order_by("pk")
        for changes in moves.values_list("changes", flat=True):
            before, after = changes["status"]
            assert before == status and (before is None or after in TERMINAL_NEXT[before])
            status = after
        assert status == terminal.status
    assert not Entry.objects.filter(at__gt=NOW).exists()


def every_request_ended_as_one_of_three() -> None:
    found = reconciliation()
    assert not any(found.orphans.values())
    assert sum(found.outcomes.values()) == Request.objects.count() > 0
    assert set(found.outcomes) <= {"order", "merged", "rejected"}


def no_terminal_is_at_two_places_and_no_one_at_two_orders() -> None:
    live = Binding.objects.live()
    assert live.count() == live.values("terminal").distinct().count() == Terminal.objects.filter(status="live").count()
    stuck = Sticker.objects.filter(voided_at=None, terminal__isnull=False)
    assert stuck.count() == stuck.values("terminal").distinct().count() > 0
    busy = WorkOrder.objects.filter(status__in=[Status.ON_SITE, Status.IN_PROGRESS]).order_by().values("engineer")
    assert not busy.annotate(orders=Count("pk")).filter(orders__gt=1).exists()


def parts_are_worth_what_the_ledger_says_and_used_on_orders() -> None:
    assert first_difference() is None
    assert Stock.objects.filter(quantity__gt=0, value__gt=0).count() == Stock.objects.there().count() > 0
    used = Movement.objects.filter(kind="use")
    assert used.exists() and not used.exclude(order_number__in=WorkOrder.objects.values("number")).exists()
    assert Handover.objects.open().exists() and Requisition.objects.open().exists()
    assert PurchaseRequest.objects.unfinished().exclude(suggested_from=None).exists()


def what_was_learned_is_written_down() -> None:
    repairs = WorkOrder.objects.filter(type__code="repair", completed_at__isnull=False)
    assert repairs.exists() and not repairs.filter(remedy=None).exists()
    assert Article.objects.offered().count() == len(ARTICLES)
    assert all(each.title and each.title_zh and each.body and each.body_zh for each in ArticleVersion.objects.all())
    for article in Article.objects.all():
        assert article.solved_count == article.votes.filter(is_solved=True).count()
        assert article.unsolved_count == article.votes.filter(is_solved=False).count()
    assert Vote.objects.exists() and Message.objects.exists()
    assert not Vote.objects.filter(at__lt=F("article__current__published_at")).exists()
    assert not Message.objects.filter(at__gt=NOW).exists()


def nothing_happens_before_its_time() -> None:
    done = WorkOrder.objects.exclude(completed_at=None)
    in_order = done.filter(
        opened_at__lte=F("assigned_at"), assigned_at__lte=F("accepted_at"), accepted_at__lte=F("departed_at"),
        departed_at__lte=F("arrived_at"), arrived_at__lte=F("started_at"), started_at__lte=F("completed_at"),
    )  # fmt: skip
    assert in_order.count() == done.count() > 0


def every_first_page_has_something_to_show() -> None:
    assert set(WorkOrder.objects.ongoing().values_list("status", flat=True)) == set(ONGOING)
    waiting = WorkOrder.objects.get(status=Status.OPEN, region__code="chunan")
    assert waiting.decisions.get().chosen is None
    assert WorkOrder.objects.overdue(NOW).exists()
    for username in ("engineer", "inspector"):
        assert WorkOrder.objects.with_engineer().filter(engineer__username=username).exists()
    assert WorkOrder.objects.filter(captures__kind="photo", run__answers__isnull=False).exists()


def the_past_troubles_nobody() -> None:
    assert not Notice.objects.filter(channel="mail").exists()
    assert not Notice.objects.unread().filter(created_at__lt=NOW - timedelta(days=1)).exists()


def a_dispatcher_sees_the_own_city_only() -> None:
    seen = Merchant.objects.visible_to(User.objects.get(username="dispatcher-ningbo"))
    assert set(seen.values_list("region__parent__code", flat=True)) == {"ningbo"}
    assert seen.count() < Merchant.objects.count()


def there_is_a_story_to_try() -> None:
    scene = find_scene()
    assert scene.sticker.terminal.live_binding.merchant == scene.binding.merchant
    assert scene.engineer.check_password("fieldloop-demo")


def it_speaks_chinese() -> None:
    assert Merchant.objects.filter(region__name="上城区", address__startswith="杭州市上城区").exists()


def it_is_built_only_once() -> None:
    before = Entry.objects.count()
    call_command("build_company", if_empty=True)
    with pytest.raises(CommandError, match="already"):
        call_command("build_company", **TINY)
    assert Entry.objects.count() == before


def nothing_is_said_in_chinese() -> None:
    said = texts_of(
        Merchant.objects.values_list("name", "address", "region__name", "trade__name"),
        User.objects.values_list("name", "language"),
        WorkOrder.objects.values_list("summary", "resolution", "cancel_reason", "type__procedure__name"),
    )
    assert [text for text in said if any("一" <= letter <= "鿿" for letter in text)] == []


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_tells_the_same_story_and_what_it_tells_holds(subtests) -> None:
    """One test, since the company takes its time to build: first in one process, in English, as if interrupted at its
    end; then by the command, in two processes, in Chinese."""
    out = io.StringIO()
    with time_machine.travel(NOW, tick=False):
        site.begin(NOW)
        build(Plan(at=NOW, language="en", **TINY), lambda steps: None, drive_here, before)
        nothing_is_said_in_chinese()
        told = story()
        call_command("build_company", **TINY, stdout=out)
    assert "beginning anew" in out.getvalue()
    assert f"{Merchant.objects.count()} merchants and {WorkOrder.objects.count()} work orders" in out.getvalue()
    assert Command.objects.get(pk=site.BUILDING).answer["merchants"] == TINY["merchants"]
    assert story() == told
    for holds in (
        it_speaks_chinese,
        the_states_of_orders_and_terminals_follow_from_the_journal,
        every_request_ended_as_one_of_three,
        no_terminal_is_at_two_places_and_no_one_at_two_orders,
        parts_are_worth_what_the_ledger_says_and_used_on_orders,
        what_was_learned_is_written_down,
        nothing_happens_before_its_time,
        every_first_page_has_something_to_show,
        the_past_troubles_nobody,
        a_dispatcher_sees_the_own_city_only,
        there_is_a_story_to_try,
        it_is_built_only_once,
    ):
        with subtests.test(holds.__name__), undone():
            holds()
