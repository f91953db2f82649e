"""What a phone takes along."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.actions import issue_terminal
from tests.mobile.test_sync import Handset
from workorders import actions


@pytest.fixture
def handset(engineer, at) -> Handset:
    return Handset(engineer, at)


def take(handset: Handset, known: str = "") -> dict:
    answer = handset.client.get("/field/work/", {"known": known})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.json()


def test_it_holds_the_persons_pages_and_orders_and_nobody_elses(
    handset, begun, give, colleague, engineer, terminal
) -> None:
    other = give(engineer=colleague, after=timedelta(hours=5))
    work = take(handset)
    assert work["user"] == {"id": engineer.pk, "username": "engineer", "name": "Emil Engineer"}
    assert {page["url"] for page in work["pages"]} == {
        "/field/", "/field/scan/", "/field/me/", "/field/prepare/", f"/field/orders/{begun.number}/",
        f"/field/orders/{begun.number}/parts/",
    }  # fmt: skip
    page = next(page for page in work["pages"] if page["url"].endswith(f"{begun.number}/"))
    assert begun.merchant.name in page["html"] and "csrfmiddlewaretoken" not in page["html"]
    (order,) = work["orders"]
    assert (order["number"], order["status"], order["answers"], order["terminals"]) == (
        begun.number,
        "in_progress",
        {},
        [],
    )
    assert other.number not in str(work)
    today, tomorrow = work["shifts"]
    assert today == ["2026-11-18T08:00:00+08:00", "2026-11-18T20:00:00+08:00", "20:00"]
    assert tomorrow[0] == "2026-11-19T08:00:00+08:00"


def test_what_is_known_is_left_out_until_it_changes(handset, begun, engineer, at) -> None:
    work = take(handset)
    known = ",".join(f"{page['url']}:{page['version']}" for page in work["pages"])
    again = take(handset, known)
    assert not any("html" in page for page in again["pages"])
    answer = actions.answer_step(begun, step="power", value=True, by=engineer, at=at)
    changed = take(handset, known)
    assert [page["url"] for page in changed["pages"] if "html" in page] == [f"/field/orders/{begun.number}/"]
    assert changed["orders"][0]["answers"] == {"power": str(answer.pk)}
    assert changed["orders"][0]["version"] != work["orders"][0]["version"]
    corrected = actions.answer_step(begun, step="power", value=False, by=engineer, at=at)
    assert take(handset)["orders"][0]["version"] != changed["orders"][0]["version"]
    assert take(handset)["orders"][0]["answers"] == {"power": str(corrected.pk)}


def test_the_version_of_a_result_is_that_of_the_work(handset, order) -> None:
    result = handset.do("orders/accept", order.number)
    assert take(handset)["orders"][0]["version"] == result["version"]


def test_an_order_taken_away_is_named_as_gone(handset, order, dispatcher, at) -> None:
    known = f"/field/orders/{order.number}/:x"
    assert take(handset, known)["gone"] == []
    actions.return_to_pool(order, by=dispatcher, reason="Ill", at=at)
    work = take(handset, known)
    assert (work["gone"], work["orders"]) == ([order.number], [])


def test_a_prospector_takes_along_what_there_is(prospector, at) -> None:
    work = take(Handset(prospector, at))
    urls = ["/field/", "/field/me/", "/field/leads/new/", "/field/documents/"]
    assert ([page["url"] for page in work["pages"]], work["orders"]) == (urls, [])


def test_each_more_order_costs_a_few_queries(handset, give) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            take(handset)
        return len(queries)

    give()
    costs = [cost()]
    for hour in (3, 5):
        give(after=timedelta(hours=hour))
        costs.append(cost())
    assert max(costs[1] - costs[0], costs[2] - costs[1]) <= 20


def test_while_nothing_has_changed_it_is_short_and_cheap(handset, begun, engineer, at) -> None:
    stamp = take(handset)["stamp"]
    with CaptureQueriesContext(connection) as queries:
        again = handset.client.get("/field/work/", {"stamp": stamp}).json()
    assert again["is_unchanged"] and "pages" not in again
    assert len(queries) <= 16
    actions.pause_work(begun, by=engineer, reason="part", at=at)
    assert len(handset.client.get("/field/work/", {"stamp": stamp}).json()["pages"]) == 6


def test_another_terminal_in_the_bag_is_news(handset, engineer, terminal, keeper, at) -> None:
    stamp = take(handset)["stamp"]
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    assert terminal.serial in str(handset.client.get("/field/work/", {"stamp": stamp}).json()["pages"])
