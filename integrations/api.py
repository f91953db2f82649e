"""The door for machines: /api/v1/. A token opens what its scopes name; refusals are sentences, as for people."""

import json
import zlib
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid5

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer
from pydantic import BaseModel, Field

from assets.models import TerminalState, normal_code
from integrations.heartbeats import MOST, Broken, Heartbeat, Lenient, sentences, take_heartbeats
from integrations.models import ApiToken, Scope, hash_of
from integrations.takings import LenientDay, take_days
from journal.actions import AlreadyUsed, once
from toolkit.errors import Refused
from toolkit.throttle import take

MOST_BYTES = 2 * 1024 * 1024  # of a body, unpacked


class JsonParser(Parser):
    """JSON, packed with gzip if the sender likes."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = request.body
        if request.headers.get("Content-Encoding", "identity") == "gzip":
            body = zlib.decompressobj(wbits=31).decompress(body, MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise ValueError("too large")
        return json.loads(body)


class Token(HttpBearer):
    """Opens to a valid token with this scope, as often as it may ask."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        now = timezone.now()
        found = ApiToken.objects.valid(now).filter(hash=hash_of(token)).first()
        if found is None:
            return None
        if self.scope not in found.scopes:
            raise AuthorizationError(
                message=_("This token may not do that: it lacks “%(scope)s”.") % {"scope": self.scope}
            )
        if wait := take(f"api:{found.number}", found.rate_per_minute, max(10, found.rate_per_minute // 6)):
            raise Throttled(wait=wait.seconds)
        today = now.date()
        if found.last_used_on != today:  # to the day, so that a busy token writes once
            ApiToken.objects.filter(pk=found.pk).exclude(last_used_on=today).update(last_used_on=today)
        return found


api = NinjaAPI(
    title="Fieldloop",
    version="1",
    urls_namespace="api",
    docs_url=None,
    docs_decorator=login_not_required,
    parser=JsonParser(),
)


def refuse(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return api.create_response(request, {"detail": sentence}, status=status)


@api.exception_handler(AuthenticationError)
def without_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    sentence = _("Send a token that is neither revoked nor expired, as “Authorization: Bearer …”.")
    response = refuse(request, sentence, 401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Throttled)
def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    sentence = _("Too many requests with this token. Go on in %(seconds)s seconds.") % {"seconds": error.wait}
    response = refuse(request, sentence, 429)
    response["Retry-After"] = str(error.wait)
    return response


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return refuse(request, _("The body must be JSON of at most 2 MB, plain or packed with gzip."), 400)
    return refuse(request, str(error), error.status_code)


@api.exception_handler(ValidationError)
def not_as_described(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refuse(request, sentences(error.errors), 422)


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return refuse(request, str(refusal), 409)


@api.exception_handler(Http404)
def not_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return refuse(request, _("There is nothing here."), 404)


class MachineRequest(HttpRequest):
    auth: ApiToken


Key = Annotated[
    UUID | None,
    Header(alias="Idempotency-Key", description="Sent again with the same key, a request gets the first answer."),
]


def answer_once(request: MachineRequest, key: UUID | None, run: Callable[[], dict]) -> dict:
    """Effect and answer are one transaction; without a key the request is just done."""
    if key is None:
        return run()
    body = {"path": request.path, "body": sha256(request.body).hexdigest()}
    try:
        return once(uuid5(key, str(request.auth.pk)), by=None, at=timezone.now(), body=body, run=run)
    except AlreadyUsed as used:
        raise Refused(_("This Idempotency-Key was used with another body. Take a new one.")) from used


class Refusal(BaseModel):
    detail: str


class Batch(BaseModel):
    readings: Annotated[list[Lenient], Field(min_length=1, max_length=MOST)]


class RefusedReading(BaseModel):
    index: int
    detail: str


class DayBatch(BaseModel):
    days: Annotated[list[LenientDay], Field(min_length=1, max_length=MOST)]


class DaysOut(BaseModel):
    kept: int
    refused: list[RefusedReading]


class TakenOut(BaseModel):
    kept: int = Field(description="New readings.")
    repeated: int = Field(description="Readings we had already: nothing was changed.")
    refused: list[RefusedReading]


REFUSALS = {status: Refusal for status in (400, 401, 403, 409, 422, 429)}


@api.post(
    "/telemetry/",
    auth=Token(Scope.TELEMETRY_WRITE),
    response={200: TakenOut, **REFUSALS},
    url_name="telemetry",
    summary="Send readings of terminals, at most 1,000 at once. One that is wrong keeps out itself only.",
)
def send_telemetry(request: MachineRequest, batch: Batch, key: Key = None) -> dict:
    def run() -> dict:
        sent: list[Heartbeat | Broken] = list(batch.readings)
        taken = take_heartbeats(sent, at=timezone.now())
        refused = [{"index": index, "detail": why} for index, why in taken.refused.items()]
        return {"kept": taken.kept, "repeated": taken.repeated, "refused": refused}

    return answer_once(request, key, run)


@api.post(
    "/transactions/",
    auth=Token(Scope.TRANSACTIONS_WRITE),
    response={200: DaysOut, **REFUSALS},
    url_name="transactions",
    summary="Send what merchants took by day, at most 1,000 days at once. Of a merchant's day the latest request counts,"
    " whole; rows of one request are added up. A row that is wrong keeps out itself only.",
)
def send_transactions(request: MachineRequest, batch: DayBatch, key: Key = None) -> dict:
    def run() -> dict:
        taken = take_days(list(batch.days), source=f"API {request.auth.number}", at=timezone.now())
        return {
            "kept": taken.kept,
            "refused": [{"index": index, "detail": why} for index, why in taken.refused.items()],
        }

    return answer_once(request, key, run)


class StateOut(BaseModel):
    serial: str
    last_heard_at: datetime
    silent_since: datetime | None
    reported_at: datetime | None
    paper_percent: int | None
    card_keys_left: int | None
    battery_percent: int | None
    signal_dbm: int | None
    is_tampered: bool | None
    firmware: str | None
    lat: float | None
    lon: float | None


@api.get(
    "/terminals/{serial}/state/",
    auth=Token(Scope.TELEMETRY_READ),
    response={200: StateOut, 404: Refusal, **REFUSALS},
    url_name="terminal-state",
    summary="What a terminal said last.",
)
def read_state(request: MachineRequest, serial: str) -> dict:
    fields = [name for name in StateOut.model_fields if name != "serial"]
    state = TerminalState.objects.filter(terminal__serial=normal_code(serial)).values(*fields).first()
    if state is None:
        raise Http404
    return {"serial": normal_code(serial), **state}
