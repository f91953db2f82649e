import pytest
from django.urls import reverse

from analytics.models import Feedback
from journal.models import Entry
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def test_the_list_names_who_is_at_risk_with_reasons_in_words_and_is_scoped(
    client, risk, street, manager, stranger
) -> None:
    page = reverse("office:insight-list")
    client.force_login(manager)
    rows = client.get(page, {"alarm": "true"}).context["table"].rows
    assert [row.record for row in rows] == [risk]
    assert "of its usual amount, the market taken out" in client.get(page, {"reason": "fall"}).content.decode()
    assert len(client.get(page).context["table"].rows) == len(street)
    assert len(client.get(page, {"kind": "upsell", "at_least": "30"}).context["table"].rows) == 0
    assert risk.merchant.name in b"".join(client.get(page, {"export": "csv"}).streaming_content).decode()
    client.force_login(stranger)
    assert len(client.get(page).context["table"].rows) == 0


def test_one_click_opens_one_care_task_with_the_reasons_in_it(client, risk, dispatcher) -> None:
    client.force_login(dispatcher)
    panel = reverse("office:merchant-insights", args=[risk.merchant.number])
    click = reverse("office:insight-care", args=[risk.merchant.number, "churn"])
    assert click in client.get(panel).content.decode()
    client.post(click)
    order = WorkOrder.objects.get(type__code="care")
    assert order.merchant == risk.merchant and order.summary.startswith("Care: churn risk")
    assert "of its usual amount" in order.details and "Call within two days" in order.details
    again = client.post(click)
    assert again.status_code == 422 and f"{order.number} looks after this already" in again.content.decode()
    assert WorkOrder.objects.filter(type__code="care").count() == 1
    shown = client.get(panel).content.decode()
    assert click not in shown and order.get_absolute_url() in shown
    entry = Entry.objects.get(verb="analytics.open_care_task")
    assert (entry.actor_id, entry.merchant_id, entry.changes["kind"]) == (
        dispatcher.pk,
        risk.merchant_id,
        [None, "churn"],
    )


def test_the_last_verdict_on_a_day_is_the_label_with_the_figures_of_that_day(client, risk, dispatcher, manager) -> None:
    judge = reverse("office:insight-judge", args=[risk.merchant.number, "churn"])
    for person, verdict in [(dispatcher, "false"), (manager, "saved")]:
        client.force_login(person)
        assert client.post(judge, {"verdict": verdict}).status_code == 302
    told = Feedback.objects.get()
    assert (told.verdict, told.by, told.as_of, told.contributions) == ("saved", manager, risk.as_of, risk.contributions)
    assert client.post(judge, {"verdict": "maybe"}).status_code == 422
    panel = client.get(reverse("office:merchant-insights", args=[risk.merchant.number]))
    assert "Mo Manager said: Right, and the merchant was saved." in panel.content.decode()
    assert Entry.objects.filter(verb="analytics.judge_insight").count() == 2


def test_the_register_says_what_a_model_is_made_of(client, risk, analyst) -> None:
    client.force_login(analyst)
    assert [
        row.record for row in client.get(reverse("office:model-list"), {"kind": "churn"}).context["table"].rows
    ] == [risk.model]
    page = client.get(risk.model.get_absolute_url())
    assert page.context["subject"].is_in_use
    assert risk.model.code_version[:12] in page.content.decode()
