"""A terminal bound at the very moment its merchant moves ends up where the merchant is, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from assets.actions import bind_terminal, unbind_terminal
from assets.models import Terminal
from merchants.actions import change_merchant, merge_merchants
from tests import factories as make
from tests.live import wait_until
from tests.races import somebody_waits
from tests.workorders.reading import last_entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doing(merchant, terminal, keeper, manager, ningbo, at):
    """What can be done at the same moment, by name."""
    kept = make.MerchantFactory(name="Kept", region=ningbo)
    return {
        "bind": lambda: bind_terminal(terminal, merchant=merchant, by=keeper, at=at),
        "move": lambda: change_merchant(merchant, by=manager, at=at, region=ningbo),
        "merge": lambda: merge_merchants(kept, merchant, by=manager, at=at),
    }


def meanwhile(first, second) -> None:
    """`second` begins after `first` has done its work and before it has committed."""

    def call():
        try:
            second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            other = pool.submit(call)
            wait_until(lambda: somebody_waits() or other.done(), "the second waits for the first")
        other.result(timeout=60)


@pytest.mark.parametrize(("first", "second"), [("bind", "move"), ("move", "bind"), ("bind", "merge")])
def test_it_is_where_its_merchant_is(doing, first, second, terminal, ningbo) -> None:
    meanwhile(doing[first], doing[second])
    terminal = Terminal.objects.get(pk=terminal.pk)
    assert (terminal.region, terminal.live_binding.merchant.region) == (ningbo, ningbo)
    verb = "assets.bind_terminal" if second == "bind" else "assets.follow_merchant"
    assert last_entry(terminal).verb == verb


def test_binding_what_is_live_and_moving_its_merchant_do_not_block_each_other(
    doing, merchant, terminal, keeper, manager, ningbo, at
) -> None:
    doing["bind"]()
    meanwhile(doing["move"], lambda: unbind_terminal(terminal, by=keeper, at=at + timedelta(hours=1), reason="swap"))
    assert Terminal.objects.get(pk=terminal.pk).region == ningbo
    assert last_entry(terminal).verb == "assets.unbind_terminal"
