"""An order at every station of its life, brought there by its actions; the story begins at `at`."""

import uuid
from datetime import timedelta

import pytest

from workorders import actions
from workorders.service_report import hash_of


@pytest.fixture
def minutes(at):
    """minutes(5) is five minutes into the story."""
    return lambda count: at + timedelta(minutes=count)


@pytest.fixture
def ask(repair, merchant, at):
    """Sends a request, in which single facts can differ, and returns it with its token."""

    def send(**facts):
        facts = {
            "id": uuid.uuid4(), "channel": "link", "type": repair, "merchant": merchant, "at": at,
            "summary": "No paper", "language": "en", **facts,
        }  # fmt: skip
        return actions.receive_request(**facts)

    return send


@pytest.fixture
def pooled(ask):
    return ask(contact_email="owner@shop.example")[0].order


@pytest.fixture
def assigned(pooled, engineer, dispatcher, minutes):
    """10:30 to 11:15."""
    return actions.assign_work_order(
        pooled, engineer=engineer, start=minutes(30), end=minutes(75), by=dispatcher, at=minutes(1)
    )


@pytest.fixture
def accepted(assigned, engineer, minutes):
    return actions.accept_work_order(assigned, by=engineer, at=minutes(2))


@pytest.fixture
def en_route(accepted, engineer, minutes):
    return actions.depart(accepted, by=engineer, at=minutes(10))


@pytest.fixture
def on_site(en_route, engineer, minutes):
    return actions.arrive(en_route, by=engineer, at=minutes(30), lat=30.2741, lon=120.1551, accuracy_m=10)


@pytest.fixture
def working(on_site, engineer, minutes):
    return actions.start_work(on_site, by=engineer, at=minutes(32))


@pytest.fixture
def paused(working, engineer, minutes):
    return actions.pause_work(working, by=engineer, reason="part", note="Needs a keypad", at=minutes(40))


@pytest.fixture
def answered(working, engineer, minutes, picture):
    """Every step of the checklist is done, nobody has signed."""
    for step, value, captures in [("power", True, []), ("before", None, [picture(engineer)]), ("network", "wifi", [])]:
        actions.answer_step(working, step=step, value=value, captures=captures, by=engineer, at=minutes(45))
    return working


@pytest.fixture
def signed(answered, engineer, minutes, picture):
    return actions.sign(
        answered,
        capture=picture(engineer, "signature"),
        signer_name="Wang Fang",
        shown_sha256=hash_of(answered),
        by=engineer,
        at=minutes(50),
    )


@pytest.fixture
def completed(signed, engineer, minutes):
    return actions.complete_work_order(
        signed, by=engineer, at=minutes(55), resolution="Changed the paper roll", lat=30.2741, lon=120.1551
    )
