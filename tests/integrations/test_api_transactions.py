"""Days with transactions through the machines' door: by any name of the merchant, once, wrong rows by themselves."""

import json
import uuid
from datetime import date

import pytest
import time_machine
from django.test import Client

from assets.actions import bind_terminal
from integrations.actions import make_token
from integrations.models import Scope
from journal.models import Entry
from merchants.models import TransactionBatch

DAY = "2026-11-16"


@pytest.mark.django_db
def test_days_are_taken_once_and_wrong_ones_are_named(ops, merchant, terminal, keeper, at) -> None:
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at, tid="T1", merchant_code="88800001")
    token, secret = make_token(name="Acquirer", scopes=[Scope.TRANSACTIONS_WRITE], by=ops, at=at)
    _other, wrong = make_token(name="Gateway", scopes=[Scope.TELEMETRY_WRITE], by=ops, at=at)

    def send(*days, secret=secret, key=None):
        headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": str(key)} if key else {})
        body = json.dumps({"days": days})
        with time_machine.travel(at):
            return Client().post("/api/v1/transactions/", body, content_type="application/json", headers=headers)

    good = {"merchant": merchant.number, "day": DAY, "count": 2, "amount": "12.30", "refunds": 0.5}
    coded = {"merchant": "88800001", "day": DAY, "count": 1, "amount": 1, "terminals": 1}
    assert send(good, secret=wrong).status_code == 403
    key = uuid.uuid4()
    answers = [
        send(good, coded, good | {"merchant": "M-404"}, good | {"day": "2026-12-24"}, good | {"amount": "-1"}, key=key)
        for _again in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    refused = {each["index"]: each["detail"] for each in answers[0].json()["refused"]}
    assert answers[0].json()["kept"] == 2
    assert (refused[2], refused[3]) == ("There is no merchant “M-404”.", "Days are taken from 2023-11-01 until today.")
    assert "greater than or equal to 0" in refused[4]
    days = merchant.days.values_list("day", "count", "cents", "refunds_cents", "terminals")
    assert list(days) == [(date(2026, 11, 16), 3, 1330, 50, 1)]
    assert TransactionBatch.objects.get().source == f"API {token.number}"
    assert send(good, key=key).status_code == 409
    assert send(coded).json() == {"kept": 1, "refused": []}
    assert list(days.all()) == [(date(2026, 11, 16), 1, 100, 0, 1)]
    assert Entry.objects.filter(verb="merchants.take_transactions").count() == 2
