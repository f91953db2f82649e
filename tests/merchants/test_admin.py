import pytest
from django.urls import reverse

from assets.actions import bind_terminal
from merchants.models import CalendarDay
from tests import factories as make


@pytest.fixture
def ops_client(client, ops):
    client.force_login(ops)
    return client


@pytest.mark.parametrize(
    "model",
    ["merchants_merchant", "merchants_trade", "merchants_servicecalendar", "merchants_calendarday", "assets_terminal",
     "assets_terminalmodel", "assets_binding", "assets_sticker", "assets_stickersheet"],
)  # fmt: skip
def test_lists_open_for_ops_and_for_nobody_else(ops_client, merchant, terminal, keeper, at, model, client, manager):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    make.StickerFactory()
    assert ops_client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    client.force_login(manager)
    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 302


def test_a_merchant_is_looked_at_with_masked_phones_and_not_changed(ops_client, merchant):
    url = reverse("admin:merchants_merchant_change", args=[merchant.pk])
    html = ops_client.get(url).content.decode()
    assert "*******5678" in html
    assert "13812345678" not in html
    assert ops_client.post(url, {"name": "Other"}).status_code == 403
    assert ops_client.get(reverse("admin:merchants_merchant_changelist"), {"q": "茶馆"}).status_code == 200


def test_holidays_are_loaded_from_the_list_of_calendars(ops_client, db):
    calendar = make.ServiceCalendarFactory()
    answer = ops_client.post(
        reverse("admin:merchants_servicecalendar_changelist"),
        {"action": "load_public_holidays", "_selected_action": [calendar.pk]},
    )
    assert answer.status_code == 302
    assert CalendarDay.objects.filter(calendar=calendar, hours=[]).exists()
