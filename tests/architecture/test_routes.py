"""Walks every address with every role, anonymously, switched off, and from the other city."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from analytics.actions.models import model_in_use
from analytics.models import Insight
from assets.actions import bind_terminal, make_filing_report, print_stickers
from dispatch.actions import request_plan
from dispatch.models import RuleSet
from evidence.actions import keep_picture
from evidence.links import token_for
from inspections.actions import make_plan
from inspections.models import Finding
from integrations.actions import make_token, upload_import
from knowledge.actions import draft_article, propose_article, publish_article
from merchants.actions import begin_review, file_change
from mobile.actions import park_work, see_device
from monitoring.actions import make_rule
from monitoring.models import Incident
from procedures.actions import make_variant, set_reference_picture
from prospecting.actions import (
    add_cost,
    draw_cell,
    give_task,
    make_campaign,
    make_lead,
    make_offer,
    open_opportunity,
)
from spareparts import actions as spareparts
from spareparts.actions.card_keys import Activated, activate_keys, receive_batch
from spareparts.actions.channels import make_channel
from spareparts.models import PurchaseRequest, Supplier, UsageFlag
from tests import factories as make
from tests.architecture.routes import ROUTES
from workforce.actions import make_organisation
from workforce.models import Boundary
from workorders import actions
from workorders.links import request_link
from workorders.models import FollowUp, Visit
from workorders.report_pdf import check_url

PEOPLE = {
    "M": "manager", "D": "dispatcher", "W": "keeper", "A": "analyst", "F": "finance",
    "P": "prospector", "E": "engineer", "I": "inspector", "O": "ops",
}  # fmt: skip
GROUPS = ["".join(PEOPLE)[start::3] for start in range(3)]  # the stage takes as long as the pages of a role
OPEN = {200, 204, 302, 400, 405, 409, 422}  # the door opened; what was asked may still be wrong


def every_route(resolver: URLResolver, namespace: str = "") -> dict[str, URLPattern]:
    found: dict[str, URLPattern] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                found |= every_route(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            found[f"{namespace}{entry.name}"] = entry
    return found


def test_every_address_has_its_row_in_the_table_and_no_row_is_left_over() -> None:
    assert set(every_route(get_resolver())) == set(ROUTES)


@pytest.fixture
def stage(request, repair, merchant, terminal, hangzhou, manager, dispatcher, engineer, keeper, at):
    """One of everything, in Hangzhou; returns the address of a route."""
    binding = bind_terminal(
        terminal, merchant=merchant, by=manager, at=at, settlement_account="6222 0200 0001 2345 678"
    )
    asked, token = actions.receive_request(
        id=uuid.uuid4(), channel="call_centre", type=repair, merchant=merchant, terminal=terminal, summary="No paper",
        contact_phone="13812345678", by=dispatcher, at=at,
    )  # fmt: skip
    order = actions.assign_work_order(
        asked.order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at
    )
    sheet = print_stickers(count=1, region=hangzhou, by=keeper, at=at)
    report = make_filing_report(region=hangzhou, by=keeper, at=at)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    file.seek(0)
    photo = keep_picture(file, id=uuid.uuid4(), kind="photo", by=engineer, at=at)
    order.captures.add(photo)
    job = upload_import(
        kind="merchants",
        file=io.BytesIO(b"name,address\nShop,Street 1\n"),
        filename="shops.csv",
        region=hangzhou,
        by=manager,
        at=at,
    )
    variant = make_variant(repair.procedure, name="Hangzhou", region=hangzhou, by=manager, at=at)
    reference = set_reference_picture(
        repair.procedure, step="power", model=terminal.model, capture=photo, by=manager, at=at
    )
    rules = RuleSet.objects.create(name="Hangzhou", region=hangzhou)
    rounds = make_plan(
        name="Monthly", region=hangzhou, type=repair, calendar=make.ServiceCalendarFactory(), every=1, unit="month",
        starts_on=at.date(), by=manager, at=at,
    )  # fmt: skip
    finding = Finding.objects.create(
        number="FD-1", order=order, merchant=merchant, region=hangzhou, kind="seal", severity="minor", words="Torn",
        found_by=engineer, found_at=at, found_on=at.date(),
    )  # fmt: skip
    watch = make_rule(name="Paper", kind="paper", raise_at=10, clear_at=40, region=hangzhou, by=manager, at=at)
    incident = Incident.objects.create(
        number="IC-000001", region=hangzhou, count=9, cells=[[1513, 6007]], began_at=at, found_at=at
    )
    plan = request_plan(region=hangzhou, on=at.date(), by=dispatcher, at=at)
    who = {"by": keeper, "at": at}
    depot = spareparts.make_depot(code="west", name="West", region=hangzhou, **who)
    heap = spareparts.make_depot(code="heap", name="Heap", kind="scrap", region=hangzhou, **who)
    part, other = (spareparts.make_part(code=code, name=code.title(), **who) for code in ("keypad", "lid"))
    spareparts.receive_part(part, target=depot, quantity=5, **who)
    for each in (part, other):
        spareparts.set_reorder_rule(each, place=depot, reorder_point=9, order_up_to=9, **who)
    spareparts.replenish(at=at)
    wanted, bought = PurchaseRequest.objects.order_by("part__code")
    supplier = Supplier.objects.create(code="acme", name="Acme")
    purchase = spareparts.order_purchase({bought: Decimal(1)}, supplier=supplier, **who)
    handover = spareparts.send_parts({part: 1}, source=depot, target=spareparts.bag_of(engineer), **who)
    requisition = spareparts.request_parts({part: 1}, source=depot, order_number=order.number, by=engineer, at=at)
    spareparts.follow_ledger()
    spareparts.make_forecasts(at=at)
    stocktake = spareparts.start_stocktake(depot, **who)
    scrapping = spareparts.ask_to_scrap(part, quantity=1, place=depot, target=heap, reason="Wet", **who)
    channel = make_channel(name="Kiosk", region=hangzhou, **who)
    card = spareparts.make_part(code="card", name="Card", is_card_key=True, **who)
    batch = receive_batch(card, first="CK001", count=9, face_value=Decimal(50), target=depot, **who)
    activate_keys([Activated(batch, 1, at.date())], **who)
    Insight.objects.create(
        merchant=merchant, kind="churn", score=0, probability=0.1, money_cents=0, base=0, contributions=[], as_of=at.date(),
        model=model_in_use("churn"),
    )  # fmt: skip
    organisation = make_organisation(
        code="swift", name="Swift", regions=[hangzhou], order_types=[repair], by=manager, at=at
    )
    device = see_device(uuid.uuid4(), by=engineer, at=at)
    parked = park_work(
        order, id=uuid.uuid4(), kind="add-photos", payload={}, captures=[photo], reason="over", by=engineer, at=at,
        device_at=at,
    )  # fmt: skip
    article = draft_article(title="Paper jam", body="Open the lid.", by=engineer, at=at)
    publish_article(propose_article(article, by=engineer, at=at), by=dispatcher, at=at)
    escalation = actions.make_escalation(role="dispatcher", region=hangzhou, by=manager, at=at)
    lead = make_lead(name="Shop", region=hangzhou, source="street", by=manager, at=at)
    opportunity = open_opportunity(lead, by=manager, at=at)
    offer = make_offer(opportunity, kind="extra", text="A speaker", quantity=1, by=manager, at=at)
    square = {"type": "Polygon", "coordinates": [[[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.2]]]}
    Boundary.objects.create(region=hangzhou, outline=square)
    (cell,) = draw_cell(hangzhou, outline=square, name="Cell", by=manager, at=at)
    walker = request.getfixturevalue("prospector")
    task = give_task(
        prospector=walker, title="Shop", region=hangzhou, due_on=at.date(), leads=[lead], by=manager, at=at
    )
    days = {"starts_on": at.date(), "ends_on": at.date()}
    campaign = make_campaign(name="Tea month", region=hangzhou, **days, by=manager, at=at)
    cost = add_cost(campaign, on=at.date(), what="Leaflets", amount=Decimal(9), by=manager, at=at)
    own_lead = make_lead(name="Own shop", region=hangzhou, source="street", by=walker, at=at)
    newcomer = make.MerchantFactory(region=hangzhou, status="onboarding")
    change = file_change(
        merchant, kind="fee-rate", values={"fee_rate": 1}, effective_on=at.date(), signature=photo, by=manager, at=at
    )
    review = begin_review(newcomer, owner=walker, by=manager, at=at)
    subjects: dict[str, dict] = {
        "": {},
        "nothing": {},
        "chart": {"name": "orders-per-day"},
        "reset": {"uidb64": "MQ", "token": "set-password"},
        "capture": {"token": token_for(photo.pk)},
        "order": {"number": order.number},
        "original": {"number": order.number, "id": photo.pk},
        "own-order": {"number": order.number},
        "order-fresh": {"number": order.number},
        "own-order-phone": {"number": order.number, "key": "request"},
        "own-order-command": {"things": "orders", "number": order.number, "name": "accept"},
        "article": {"number": article.number},
        "lead": {"number": lead.number},
        "cell": {"number": cell.number},
        "boundary": {"number": hangzhou.code},
        "phone-lead": {"number": own_lead.number},
        "opportunity": {"number": opportunity.number},
        "offer": {"number": opportunity.number, "offer": offer.pk},
        "prospecting-task": {"number": task.number},
        "campaign": {"number": campaign.number},
        "campaign-cost": {"number": campaign.number, "cost": cost.pk},
        "merchant": {"number": merchant.number},
        "review": {"number": review.number},
        "change": {"number": change.number},
        "merchant-change": {"number": merchant.number, "kind": "place"},
        "document": {"number": review.number, "type": "till"},
        "phone-review": {"number": review.number},
        "contact": {"number": merchant.number, "contact": merchant.contacts.get().pk},
        "terminal": {"number": terminal.serial},
        "machine-terminal": {"serial": terminal.serial},
        "api-token": {"number": make_token(name="Gateway", scopes=[], by=manager, at=at)[0].number},
        "binding": {"number": terminal.serial, "binding": binding.pk},
        "person": {"number": engineer.username},
        "organisation": {"number": organisation.code},
        "depot": {"number": depot.code},
        "part": {"number": part.code},
        "handover": {"number": handover.number},
        "requisition": {"number": requisition.number},
        "forecast": {"region": "hangzhou", "number": "keypad"},
        "stocktake": {"number": stocktake.number},
        "scrapping": {"number": scrapping.number},
        "purchase-request": {"number": wanted.number},
        "purchase-order": {"number": purchase.number},
        "channel": {"number": channel.number},
        "key-batch": {"number": batch.number},
        "usage-flag": {"number": UsageFlag.objects.get().pk},
        "request": {"number": asked.number},
        "sheet": {"number": sheet.number},
        "filing-report": {"number": report.number},
        "import": {"number": job.number},
        "insight": {"number": merchant.number, "kind": "churn"},
        "model": {"number": "churn-1"},
        "rule-set": {"number": rules.number},
        "alert-rule": {"number": watch.number},
        "incident": {"number": incident.number},
        "day-plan": {"number": plan.number},
        "inspection-plan": {"number": rounds.number},
        "finding": {"number": finding.number},
        "escalation": {"number": escalation.number},
        "procedure": {"number": repair.procedure.code},
        "variant": {"number": variant.number},
        "reference-picture": {"number": repair.procedure.code, "picture": reference.pk},
        "page": {"page": "merchant-list"},
        "parked": {"number": parked.pk},
        "device": {"number": engineer.username, "device": device.pk},
        "upload": {"id": uuid.uuid4()},
        "sticker": {"token": sheet.stickers.get().token},
        "link": {"token": request_link(merchant).rsplit("/", 2)[-2]},
        "token": {"token": token},
        "visit": {"number": Visit.objects.create(order=order).order.number},
        "follow-up": {"number": FollowUp.objects.create(order=order, made_at=at, due_at=at).number},
        "visit-code": {"number": order.number, "id": photo.pk},
        "report-token": {"token": check_url(order, "0" * 64).rsplit("/", 2)[-2]},
    }
    with time_machine.travel(at, tick=True):
        yield lambda route: reverse(route, kwargs=subjects[ROUTES[route][1]])


def status(client: Client, route: str, address: str) -> int:
    """What the door answers: to a GET, or to a POST where there is nothing to get."""
    answer = client.get(address)
    if answer.status_code == 405 and route != "logout":
        answer = client.post(address, {"command": str(uuid.uuid4())})
    if hasattr(answer, "streaming_content"):
        b"".join(answer.streaming_content)
    if answer.status_code == 401:  # a machine's door, which no login opens
        return 403
    return 200 if answer.status_code == 404 and ROUTES[route][1] == "nothing" else answer.status_code


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("letters", GROUPS)
def test_each_role_opens_its_pages_and_no_other(letters: str, stage, request) -> None:
    wrong = {}
    for letter in letters:
        person = request.getfixturevalue(PEOPLE[letter])
        with transaction.atomic():
            client = client_of(person)
            for route, (allowed, subject) in ROUTES.items():
                got = status(client, route, stage(route))
                is_allowed = letter in allowed or allowed in ("*", "+")
                # field staff get nothing to see of what is not their own work
                refusals = {403, 404} if letter in "PEI" or subject.startswith("own-") else {403}
                if not (got in OPEN if is_allowed else got in refusals):
                    wrong[letter, route] = got
            transaction.set_rollback(True)
    assert wrong == {}


def test_without_login_only_public_pages_open(stage) -> None:
    wrong = {}
    for route, (allowed, _subject) in ROUTES.items():
        address = stage(route)
        if allowed == "+":
            got = status(Client(), route, address)
            is_right = got in OPEN
        else:
            answer = Client().get(address)
            if answer.status_code == 405:
                answer = Client().post(address)
            got = answer.status_code
            is_right = got == 401 or (got == 302 and answer["Location"].startswith(reverse("login")))
        if not is_right:
            wrong[route] = got
    assert wrong == {}


def test_the_other_city_sees_nothing_of_ours(stage, stranger, ningbo) -> None:
    """A manager of Ningbo, who may do everything there, and what is Hangzhou's."""
    stranger.role = "manager"
    stranger.save()
    client = client_of(stranger)
    wrong = {}
    for route, (allowed, subject) in ROUTES.items():
        is_about_one = subject in {
            "order",
            "merchant",
            "lead",
            "cell",
            "boundary",
            "opportunity",
            "offer",
            "prospecting-task",
            "campaign",
            "campaign-cost",
            "review",
            "change",
            "merchant-change",
            "document",
            "contact",
            "terminal",
            "binding",
            "person",
            "request",
            "channel",
            "usage-flag",
            "insight",
            "sheet",
            "filing-report",
            "import",
            "rule-set",
            "alert-rule",
            "incident",
            "day-plan",
            "inspection-plan",
            "finding",
            "escalation",
            "variant",
            "parked",
            "visit",
            "visit-code",
            "device",
        }
        if is_about_one and "M" in allowed and (got := status(client, route, stage(route))) != 404:
            wrong[route] = got
    assert wrong == {}


def test_a_person_switched_off_is_out_with_the_next_request(stage, dispatcher) -> None:
    client = client_of(dispatcher)
    assert client.get(reverse("office:home")).status_code == 200
    dispatcher.is_active = False
    dispatcher.save()
    for route, (allowed, _subject) in ROUTES.items():
        if "D" in allowed and allowed not in "*+":
            assert client.get(stage(route)).status_code == 302, route


def test_the_admin_opens_to_ops_alone_and_changes_no_record_with_a_life_cycle(ops, manager, stage, merchant) -> None:
    assert client_of(manager).get("/admin/").status_code == 302
    client = client_of(ops)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/workforce/region/add/").status_code == 200
    assert client.get("/admin/merchants/merchant/add/").status_code == 403
    assert client.post(f"/admin/merchants/merchant/{merchant.pk}/change/", {"name": "x"}).status_code == 403


def test_field_staff_do_not_see_each_others_orders(stage, colleague) -> None:
    client = client_of(colleague)
    for route, (_allowed, subject) in ROUTES.items():
        if subject.startswith("own-"):
            assert status(client, route, stage(route)) == 404, route
