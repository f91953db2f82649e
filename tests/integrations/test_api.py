"""The machines' door: who may come in, what is said to those who may not, and that nothing is done twice."""

import gzip
import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets.models import Reading, TerminalState
from integrations.actions import make_token, revoke_token
from integrations.models import ApiToken, Scope
from journal.models import Entry
from tests import factories as make
from tests.races import at_once

TELEMETRY = "/api/v1/telemetry/"


@pytest.fixture
def gateway(ops, at):
    """A token that may send telemetry, made long ago, and the headers of those who have it."""
    token, secret = make_token(name="Gateway", scopes=[Scope.TELEMETRY_WRITE], by=ops, at=at)
    return token, {"Authorization": f"Bearer {secret}"}


def send(headers, *readings, key=None, body=None, **more):
    headers = headers | ({"Idempotency-Key": str(key)} if key else {})
    content = body if body is not None else json.dumps({"readings": readings})
    return Client().post(TELEMETRY, content, content_type="application/json", headers=headers, **more)


@pytest.mark.django_db
def test_a_token_opens_what_its_scopes_name_until_it_is_revoked_or_expires(
    gateway, terminal, ops, at, settings
) -> None:
    token, headers = gateway
    reading = {"serial": terminal.serial, "at": at.isoformat(), "paper_percent": 12}
    assert send({}, reading).status_code == 401
    assert send(headers, reading).json() == {"kept": 1, "repeated": 0, "refused": []}
    state = Client().get(f"/api/v1/terminals/{terminal.serial}/state/", headers=headers)
    assert (state.status_code, "telemetry:read" in state.json()["detail"]) == (403, True)
    _reader, secret = make_token(name="Reader", scopes=[Scope.TELEMETRY_READ], by=ops, at=at)
    reader = {"Authorization": f"Bearer {secret}"}
    state = Client().get(f"/api/v1/terminals/{terminal.serial}/state/", headers=reader)
    assert state.json()["paper_percent"] == 12
    assert Client().get("/api/v1/terminals/NOBODY/state/", headers=reader).status_code == 404
    assert send(reader, reader).status_code == 403
    token.refresh_from_db()
    assert token.last_used_on is not None
    assert secret not in json.dumps(list(ApiToken.objects.values("hash", "number", "name")))
    revoke_token(token, by=ops, at=at)
    assert send(headers, reading).status_code == 401
    ApiToken.objects.filter(name="Reader").update(created_at=at - timedelta(9), expires_at=at - timedelta(1))
    assert Client().get(f"/api/v1/terminals/{terminal.serial}/state/", headers=reader).status_code == 401
    verbs = Entry.objects.filter(verb__startswith="integrations.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["integrations.make_token", "integrations.make_token", "integrations.revoke_token"]


@pytest.mark.django_db
def test_what_is_wrong_keeps_out_itself_only_and_is_named(gateway, terminal, at) -> None:
    _token, headers = gateway
    good = {"serial": terminal.serial, "at": at.isoformat(), "seq": 7, "lat": 30.2, "lon": 120.1}
    wrong = [
        {"serial": terminal.serial}, {**good, "paper_percent": 101}, {**good, "lon": None}, {**good, "serial": "\0"},
        {**good, "at": "2026-11-18 10:00"}, {**good, "seq": 2**31}, {**good, "lat": float("nan")}, 5, {**good, "serial": "X"},
        {**good, "firmware": "\ud800"},
    ]  # fmt: skip
    packed = gzip.compress(json.dumps({"readings": [*wrong, good]}).encode())
    answer = send(headers | {"Content-Encoding": "gzip"}, body=packed).json()
    assert answer["kept"] == 1
    assert [each["index"] for each in answer["refused"]] == list(range(10))
    assert "at: " in answer["refused"][0]["detail"]
    assert "paper_percent: " in answer["refused"][1]["detail"]
    assert TerminalState.objects.get().seq == 7
    bomb = gzip.compress(b" " * 50_000_000)
    for body, status in [
        (b"{", 400), (bomb, 400), (b'{"readings": []}', 422), (json.dumps({"readings": [good] * 1001}), 422),
    ]:  # fmt: skip
        packing = {"Content-Encoding": "gzip"} if body == bomb else {}
        refusal = send(headers | packing, body=body)
        assert (refusal.status_code, isinstance(refusal.json()["detail"], str)) == (status, True)


@pytest.mark.django_db
def test_a_token_that_asks_too_often_is_told_when_to_go_on(gateway, terminal, at) -> None:
    _token, headers = gateway
    ApiToken.objects.update(rate_per_minute=1)
    reading = {"serial": terminal.serial, "at": at.isoformat()}
    answers = [send(headers, reading) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


@pytest.mark.django_db(transaction=True)
def test_fifty_repeats_at_once_make_one_row_and_one_answer(gateway, terminal, at) -> None:
    _token, headers = gateway
    reading, key = {"serial": terminal.serial, "at": at.isoformat()}, uuid.uuid4()

    def repeat(_number: int) -> tuple[int, bytes]:
        answer = send(headers, reading, key=key)
        return answer.status_code, answer.content

    answers = at_once(50, repeat)
    assert set(answers) == {(200, b'{"kept": 1, "repeated": 0, "refused": []}')}
    assert Reading.objects.count() == 1
    other = send(headers, reading | {"seq": 2}, key=key)
    assert (other.status_code, "another body" in other.json()["detail"]) == (409, True)
    assert Reading.objects.count() == 1


@pytest.mark.django_db
def test_the_office_makes_a_token_that_is_shown_once_and_takes_it_back(client, ops, terminal, at) -> None:
    client.force_login(ops)
    page = client.post(
        "/office/api-tokens/make/", {"name": "Gateway", "scopes": ["telemetry:write"], "rate_per_minute": 60}
    )
    assert page["Cache-Control"] == "no-store"
    secret = page.content.decode().split('value="fl_')[1].split('"')[0]
    headers = {"Authorization": f"Bearer fl_{secret}"}
    assert send(headers, {"serial": terminal.serial, "at": at.isoformat()}).status_code == 200
    listed = client.get("/office/api-tokens/").content.decode()
    assert "Gateway" in listed
    assert secret not in listed
    number = ApiToken.objects.get().number
    assert client.post(f"/office/api-tokens/{number}/revoke/").status_code == 302
    assert send(headers).status_code == 401
    assert client.post(f"/office/api-tokens/{number}/revoke/").status_code == 422
    past = {"name": "Old", "scopes": ["telemetry:write"], "rate_per_minute": 60, "expires_at": "2020-01-01T00:00"}
    assert client.post("/office/api-tokens/make/", past).status_code == 422


@pytest.mark.django_db
def test_a_batch_costs_the_same_queries_however_long(gateway, at, hangzhou) -> None:
    _token, headers = gateway
    terminals = make.TerminalFactory.create_batch(30, region=hangzhou)
    counts = []
    for some in (terminals[:3], terminals):
        with CaptureQueriesContext(connection) as asked:
            send(headers, *({"serial": each.serial, "at": at.isoformat()} for each in some))
        counts.append(len(asked))
    assert counts[1] <= counts[0] <= 8


def test_the_description_is_served_here(client, db) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/telemetry/", "/api/v1/terminals/{serial}/state/"} <= set(described["paths"])
    assert "http://" not in json.dumps(described)
