"""What may stand as the answer to a step, and how it reads."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import normal_code
from procedures.branching import Step
from procedures.steps import StepKind, in_language, possible_answers
from toolkit.errors import Refused

LONGEST = {"text": 2000, "scan": 200}  # characters
LIVE = "camera"  # the source of a picture taken just now, not chosen from those on the phone
CURRENCY = "CNY"


class Taken(NamedTuple):
    """A capture that comes with an answer: its kind and where it came from."""

    kind: str
    source: str = ""


def check_answer(step: Step, value: Any, taken: Sequence[Taken] = (), serials: Collection[str] | None = None) -> Any:
    """The value as it is stored; refused when it is not an answer to this step.

    `serials` are those a scan must be one of; None where nothing is known to compare with.
    """
    title = {"step": in_language(step, "title")}
    kind = step["kind"]
    if kind == StepKind.SCAN:
        is_free = not step.get("equal") or step.get("finding")  # what is wrong may be said
        return _scanned(_text(step, value, title), None if is_free else serials, title)
    return CHECKS[kind](step, value, taken, title)


def given_by_form(step: Step, given: Mapping[str, Any]) -> Any:
    """The value out of the fields of a form: value, amount and approval_code, or lat, lon and accuracy_m."""
    if step["kind"] == StepKind.CHECK:
        return {"true": True, "false": False}.get(given.get("value") or "")
    if step["kind"] == StepKind.POSITION:
        return {name: given.get(name) for name in ("lat", "lon", "accuracy_m")}
    if step["kind"] == StepKind.TEST_TRANSACTION:
        return {"amount": given.get("amount"), "approval_code": given.get("approval_code")}
    return given.get("value")


def shown_answer(step: Step, value: Any) -> str:
    """For a person to read; what was taken is shown apart."""
    if value is None:
        return ""
    kind = step["kind"]
    if kind in (StepKind.CHECK, StepKind.CHOICE):
        return next((label for each, label in possible_answers(step) if each == value), str(value))
    if kind == StepKind.POSITION:
        place = f"{value['lat']:.5f}, {value['lon']:.5f}"
        return f"{place} (±{value['accuracy_m']:.0f} m)" if value.get("accuracy_m") is not None else place
    if kind == StepKind.TEST_TRANSACTION:
        return _("%(amount)s %(currency)s, approval code %(code)s") % {
            "amount": value["amount"], "currency": CURRENCY, "code": value["approval_code"],
        }  # fmt: skip
    return f"{value} {step['unit']}" if step.get("unit") else str(value)


Title = dict[str, str]


def _yes_or_no(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> bool:
    if not isinstance(value, bool):
        raise Refused(_("“%(step)s” is answered with yes or no.") % title)
    return value


def _choice(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> str:
    if value not in [option["value"] for option in step["options"]]:
        raise Refused(_("“%(step)s”: choose one of the options.") % title)
    return str(value)


def _photos(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> None:
    _refuse_unless_live(step, taken, title)
    count = step.get("count", 1)
    if any(each.kind != "photo" for each in taken):
        raise Refused(_("“%(step)s” takes photos only.") % title)
    if len(taken) < count:
        text = ngettext("“%(step)s” needs %(count)d photo.", "“%(step)s” needs %(count)d photos.", count)
        raise Refused(text % {**title, "count": count})


def _video(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> None:
    _refuse_unless_live(step, taken, title)
    if [each.kind for each in taken] != ["video"]:
        raise Refused(_("“%(step)s” needs one video.") % title)


def _audio(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> None:
    if [each.kind for each in taken] != ["audio"]:
        raise Refused(_("“%(step)s” needs one voice recording.") % title)


def _signature(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> None:
    if [each.kind for each in taken] != ["signature"]:
        raise Refused(_("“%(step)s” needs one signature.") % title)


def _refuse_unless_live(step: Step, taken: Sequence[Taken], title: Title) -> None:
    if step.get("live") and any(each.source != LIVE for each in taken):
        raise Refused(_("“%(step)s” must be taken now with the camera, not chosen from the gallery.") % title)


def _position(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> dict[str, float | None]:
    value = value if isinstance(value, dict) else {}
    lat, lon, accuracy_m = (_as_number(value.get(name)) for name in ("lat", "lon", "accuracy_m"))
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused(_("“%(step)s” needs your position. Allow it on the phone and try again.") % title)
    return {"lat": lat, "lon": lon, "accuracy_m": accuracy_m if accuracy_m is not None and accuracy_m >= 0 else None}


def _test_transaction(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> dict[str, str]:
    value = value if isinstance(value, dict) else {}
    try:
        amount = Decimal(str(value.get("amount") or "").strip())
    except InvalidOperation as wrong:
        raise Refused(_("“%(step)s” needs the amount that was paid.") % title, field="amount") from wrong
    if not amount.is_finite() or amount <= 0 or amount >= 10**9 or amount != amount.quantize(Decimal("0.01")):
        raise Refused(_("“%(step)s”: the amount is more than 0, with at most two decimals.") % title, field="amount")
    _refuse_outside(step, float(amount), title)
    code = str(value.get("approval_code") or "").strip().upper()
    if not re.fullmatch(r"[0-9A-Z]{4,20}", code):
        raise Refused(
            _("“%(step)s” needs the approval code from the slip: 4 to 20 letters and digits.") % title,
            field="approval_code",
        )
    if any(each.kind != "photo" for each in taken):
        raise Refused(_("“%(step)s” takes photos only.") % title)
    return {"amount": str(amount.quantize(Decimal("0.01"))), "approval_code": code}


def _text_answer(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> str:
    return _text(step, value, title)


def _text(step: Step, value: Any, title: Title) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise Refused(_("“%(step)s” is still empty.") % title)
    if len(text) > LONGEST[step["kind"]]:
        raise Refused(_("“%(step)s” takes at most %(most)d characters.") % {**title, "most": LONGEST[step["kind"]]})
    return text


def _scanned(code: str, serials: Collection[str] | None, title: Title) -> str:
    if serials is None:
        return code
    for serial in serials:
        if normal_code(serial) == normal_code(code):
            return serial
    if not serials:
        raise Refused(
            _("“%(step)s”: no terminal is known that could stand here. Ask for support or have it issued to you.")
            % title
        )
    expected = " / ".join(sorted(serials)[:3])
    raise Refused(_("“%(step)s”: %(code)s is another terminal. Expected: %(expected)s.")
                  % {**title, "code": code, "expected": expected})  # fmt: skip


def _number(step: Step, value: Any, taken: Sequence[Taken], title: Title) -> int | float:
    number = _as_number(value)
    if number is None:
        raise Refused(_("“%(step)s” needs a number.") % title)
    _refuse_outside(step, number, title)
    return int(number) if number.is_integer() else number


def _as_number(value: Any) -> float | None:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _refuse_outside(step: Step, number: float, title: Title) -> None:
    low, high = (step.get("min"), step.get("max"))
    if (low is None or number >= low) and (high is None or number <= high):
        return
    if low is None:
        raise Refused(_("“%(step)s” must be at most %(high)s.") % {**title, "high": number_format(high)})
    if high is None:
        raise Refused(_("“%(step)s” must be at least %(low)s.") % {**title, "low": number_format(low)})
    limits = {"low": number_format(low), "high": number_format(high)}
    raise Refused(_("“%(step)s” must be from %(low)s to %(high)s.") % {**title, **limits})


CHECKS: dict[str, Callable[[Step, Any, Sequence[Taken], Title], Any]] = {
    StepKind.CHECK: _yes_or_no,
    StepKind.CHOICE: _choice,
    StepKind.NUMBER: _number,
    StepKind.TEXT: _text_answer,
    StepKind.PHOTO: _photos,
    StepKind.VIDEO: _video,
    StepKind.AUDIO: _audio,
    StepKind.SIGNATURE: _signature,
    StepKind.POSITION: _position,
    StepKind.TEST_TRANSACTION: _test_transaction,
}
