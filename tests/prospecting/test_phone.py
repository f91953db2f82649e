"""A prospector's phone: the round of the day, and commands through the door of the phone's own program."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine

from journal.models import Entry
from prospecting import actions
from prospecting.models import Competitor, Lead, Objection, Visit
from prospecting.rounds import day_round
from tests import factories as make
from tests.mobile.conftest import bring
from tests.mobile.conftest import picture as drawn
from tests.mobile.test_sync import Handset
from tests.workorders.reading import last_entry

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.2151, "lon": 120.1151, "accuracy_m": 12}


@pytest.fixture(autouse=True)
def clock(at):
    with time_machine.travel(at, tick=True) as traveller:
        yield traveller


@pytest.fixture
def handset(prospector, at) -> Handset:
    return Handset(prospector, at)


@pytest.fixture
def give(prospector, manager, xihu, at):
    """Gives the prospector a task to visit these leads."""

    def give_task(*leads: Lead, **about):
        about = {"title": "By Friday", "due_on": at.date() + timedelta(days=2), **about}
        return actions.give_task(prospector=prospector, region=xihu, leads=leads, by=manager, at=at, **about)

    return give_task


def shoot(handset: Handset) -> str:
    """A live photo, whole on the server."""
    return bring(handset.client, drawn().read(), id=str(uuid.uuid4()), kind="photo", source="camera")["id"]


def visit_of(handset: Handset, lead: Lead, **body) -> dict:
    body = {"outcome": "decider", "captures": [shoot(handset)], **HERE, **body}
    return handset.operation("leads/visit", lead.number, body=body)


def named(handset: Handset, at) -> list[str]:
    return [call.lead.name for call in day_round(handset.person, at).calls]


def test_a_visit_that_is_sent_twice_is_one_and_the_manager_sees_its_progress_at_once(
    handset, note, give, manager, client, at
) -> None:
    lead, other = note(), note(name="Other")
    task = give(lead, other)
    fee = Objection.objects.create(code="fee", name="Fee too high")
    brand = Competitor.objects.create(code="brand", name="Brand")
    sent = visit_of(
        handset, lead, intention="4", objections=["fee"], seen=["brand"], next_step="offer", in_days="3", note="Ask Li"
    )
    assert handset.send(sent)[0]["outcome"] == "applied"
    assert handset.send(sent)[0] == {"id": sent["id"], "outcome": "applied", "lead": lead.number, "replay": True}
    made = Visit.objects.get()
    lead.refresh_from_db()
    assert (made.outcome, made.intention, made.note, made.captures.count()) == ("decider", 4, "Ask Li", 1)
    assert (list(made.objections.all()), made.seen.get().competitor) == ([fee], brand)
    assert (lead.owner, lead.next_step, lead.next_step_on) == (handset.person, "offer", date(2026, 11, 21))
    assert last_entry(lead).device_at == at
    client.force_login(manager)
    assert "1 of 2 visited" in client.get(task.get_absolute_url()).content.decode()


def test_what_cannot_be_is_refused_with_a_sentence(handset, note, give, rival, manager, at) -> None:
    lead, theirs = note(), note(name="Theirs", lat=30.2, lon=120.2)
    give(lead)
    actions.claim_lead(theirs, owner=rival, by=manager, at=at)
    results = handset.send(
        visit_of(handset, lead, captures=[]),
        visit_of(handset, lead, lat=30.225),
        visit_of(handset, lead, next_step="call"),
        visit_of(handset, theirs),
        handset.operation("leads/promise", lead.number, body={"promise": "paper"}),
    )
    assert {each["outcome"] for each in results} == {"refused"}
    reasons = [(each["field"], each["reason"]) for each in results]
    assert [field for field, _reason in reasons] == ["captures", "reason", "next_step_on", None, None]
    assert "not on your list" in reasons[3][1] and "no open opportunity" in reasons[4][1]
    assert not Visit.objects.exists()
    why = visit_of(handset, lead, lat=30.225, reason="The shop is inside a mall")
    assert handset.send(why)[0]["outcome"] == "applied"


def test_nobody_else_may_prospect_and_nobody_for_another(handset, note, engineer, at) -> None:
    result = Handset(engineer, at).do("leads/visit", note().number, body={"outcome": "closed"})
    assert result["outcome"] == "refused" and "may no longer" in result["reason"]
    for_another = handset.do("people/note-lead", engineer.username, body={"name": "Shop"})
    assert "not on your list" in for_another["reason"]


def test_a_shop_seen_on_the_street_is_a_lead_with_its_first_visit(handset, lake, at) -> None:
    make.TradeFactory(code="tea", name="Tea")
    body = {
        "name": "清风茶楼",
        "trade": "tea",
        "outcome": "staff",
        "intention": "4",
        "captures": [shoot(handset)],
        **HERE,
    }
    sent = handset.operation("people/note-lead", handset.person.username, body=body)
    first, again = handset.send(sent), handset.send(sent)
    lead = Lead.objects.get()
    assert (first[0]["lead"], again[0]["replay"]) == (lead.number, True)
    assert (lead.cell, lead.owner, lead.source, lead.trade.code) == (lake, handset.person, "street", "tea")
    assert (lead.status, lead.intention, lead.location_accuracy_m) == ("visited", 4, 12)
    assert lead.captures.get() == lead.visits.get().captures.get()
    assert list(Entry.objects.about(lead).order_by("pk").values_list("verb", flat=True)) == [
        "prospecting.make_lead", "prospecting.record_visit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "is_known"),
    [("tea 88", True), ("https://pay.example/m/want/?c=TEA88", True), ("NOPE", False), ("https://x.example/", False)],
)
def test_a_code_of_material_typed_or_scanned_says_which_campaign_brought_the_shop(
    handset, xihu, manager, at, told, is_known
) -> None:
    period = {"starts_on": at.date(), "ends_on": at.date() + timedelta(days=9)}
    campaign = actions.campaigns.make_campaign(name="Autumn tea", region=xihu, **period, by=manager, at=at)
    about = {"prospector": handset.person, "what": "Flyer", "count": 100, "on": at.date(), "code": "TEA88"}
    actions.campaigns.add_handout(campaign, **about, by=manager, at=at)
    assert (
        '<option value="TEA88">Flyer · Autumn tea</option>' in handset.client.get("/field/leads/new/").content.decode()
    )
    body = {"name": "清风茶楼", "outcome": "staff", "material_code": told, "captures": [shoot(handset)], **HERE}
    assert handset.do("people/note-lead", handset.person.username, body=body)["outcome"] == "applied"
    lead = Lead.objects.get()
    assert (lead.campaign, lead.note) == ((campaign, "") if is_known else (None, f"No material has the code “{told}”."))


def test_a_shop_known_already_is_named_and_another_prospectors_only_where_its_name_is_known(
    handset, note, lake, prospector, rival, manager, at
) -> None:
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    mine = note(phone="13812345678")
    theirs = note(name="龙井面庄", lat=30.2152, lon=120.1152, phone="13987654321")
    actions.claim_lead(theirs, owner=rival, by=manager, at=at)

    def ask(**about) -> list[dict]:
        return handset.client.get("/field/leads/doubles/", about).json()["doubles"]

    assert ask(name="朝阳茶馆(西湖店)", **HERE) == [{"number": mine.number, "name": mine.name, "distance_m": 15}]
    assert ask(name="Anything", phone="138 1234 5678")[0]["number"] == mine.number
    assert ask(name="龙井面庄", **HERE)[0] == {"number": None, "name": "龙井面庄", "distance_m": 15}
    assert ask(name="Anything", phone="13987654321") == [{"number": None, "name": "", "distance_m": None}]
    assert ask(name="朝阳茶馆", lat=30.3, lon=120.1) == []


def test_the_round_goes_from_where_they_stand_and_can_be_put_off(handset, note, give, picture, at) -> None:
    give(*[note(name=name, lat=30.21, lon=120.11 + east) for name, east in (("C", 0.006), ("A", 0.002), ("B", 0.004))])
    agreed = note(name="D", lat=30.21, lon=120.118)
    actions.record_visit(
        agreed, outcome="staff", captures=[picture(handset.person)], by=handset.person, at=at - timedelta(days=2),
        next_step="call", next_step_on=at.date(), **HERE, reason="Rain",
    )  # fmt: skip
    user = handset.person.username
    handset.do("people/order-round", user, geo={"lat": 30.21, "lon": 120.11, "accuracy_m": 9, "at": at.isoformat()})
    assert named(handset, at) == ["A", "B", "C", "D"]
    assert str(day_round(handset.person, at).calls[0].leg) == "260 m, 3 min on foot"
    handset.do("people/order-round", user, geo={"lat": 30.21, "lon": 120.12, "accuracy_m": 9, "at": at.isoformat()})
    assert named(handset, at) == ["D", "C", "B", "A"]
    handset.do("leads/put-off", agreed.number, body={"until": "later"})
    assert named(handset, at) == ["C", "B", "A", "D"]
    handset.do("leads/put-off", agreed.number, body={"until": "tomorrow"})
    assert named(handset, at) == ["C", "B", "A"]
    assert last_entry(agreed).verb == "prospecting.put_off"
    assert set(named(handset, at + timedelta(days=1))) == {"A", "B", "C", "D"}
    assert "gave no position" in handset.do("people/order-round", user)["reason"]


def test_an_opportunity_in_one_tap_and_promises_with_it(handset, note, give) -> None:
    lead = note()
    give(lead)
    model = make.TerminalModelFactory()
    handset.send(visit_of(handset, lead))
    asked = {"monthly_volume": "30000", "model": str(model.pk), "count": "2"}
    assert handset.do("leads/open-opportunity", lead.number, body=asked)["outcome"] == "applied"
    assert "open opportunity already" in handset.do("leads/open-opportunity", lead.number)["reason"]
    handset.do("leads/promise", lead.number, body={"promise": "paper"})
    opportunity = lead.opportunities.get()
    assert (opportunity.owner, opportunity.monthly_volume) == (handset.person, 30_000)
    assert [(each.model, each.count) for each in opportunity.terminals.all()] == [(model, 2)]
    assert [(each.kind, each.quantity) for each in opportunity.offers.all()] == [("extra", 10)]


def test_the_phone_takes_along_the_round_its_shops_and_where_all_the_others_are(
    handset, note, lake, give, manager, at
) -> None:
    lead = note(phone="13812345678")
    note(name="Nobody's")
    give(lead)

    def take(**known) -> dict:
        return handset.client.get("/field/work/", known).json()

    work = take()
    pages = {page["url"]: page for page in work["pages"]}
    assert set(pages) >= {"/field/", "/field/leads/new/", f"/field/leads/{lead.number}/"}
    assert work["leads"] == [[lead.number, lead.name, lead.lat, lead.lon]]
    assert "13812345678" not in str(work) and lead.masked_phone in pages[f"/field/leads/{lead.number}/"]["html"]
    assert take(stamp=work["stamp"])["is_unchanged"]
    actions.change_lead(lead, note="Ring twice", by=manager, at=at)
    assert "Ring twice" in str(take(stamp=work["stamp"])["pages"])


def test_the_number_in_clear_is_written_down(handset, note, give) -> None:
    lead, foreign = note(phone="13812345678"), note(name="Nobody's", phone="13812345679")
    give(lead)
    answer = handset.client.post(f"/field/leads/{lead.number}/phone/")
    assert (answer.json(), answer["Cache-Control"]) == ({"phone": "13812345678"}, "no-store")
    assert last_entry(lead).verb == "prospecting.reveal_phone"
    assert handset.client.post(f"/field/leads/{foreign.number}/phone/").status_code == 404
