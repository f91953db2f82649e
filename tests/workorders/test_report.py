"""A signature stands under exactly what was shown; a later change is named; the paper is the same for the same work."""

import io
import random
import time
import uuid

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evidence.actions import keep_picture
from tests.workorders.reading import last_entry, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.models import Signature, WorkOrder
from workorders.report import canonical, differences, sha256_of, sha256_of_text
from workorders.report_pdf import check_url, prepare_copies, report_pdf
from workorders.service_report import changed_since, hash_of, report_of, shown, valid_signature

pytestmark = pytest.mark.django_db

STEPS = st.dictionaries(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 2)), max_size=4)
REPORTS = st.builds(
    lambda wanted, steps: {
        "wanted": wanted,
        "steps": [{"step": {"key": key}, "answer": value} for key, value in steps.items()],
    },
    st.sampled_from(["", "纸卡住了", "Paper"]),
    STEPS,
)


def fresh(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.get(pk=order.pk)


def office(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@given(before=REPORTS, after=REPORTS)
def test_reports_differ_exactly_when_their_hashes_do(before, after) -> None:
    assert bool(differences(before, after)) == (sha256_of(before) != sha256_of(after))


def test_the_order_of_keys_does_not_matter_and_chinese_stays_readable() -> None:
    assert canonical({"b": "纸", "a": 1}) == canonical({"a": 1, "b": "纸"}) == '{"a":1,"b":"纸"}'.encode()


def test_the_signature_is_bound_to_the_report_shown(signed, engineer, minutes):
    signature = valid_signature(signed)
    assert (signature.basis, signature.report_sha256) == ("report", hash_of(signed))
    assert (signature.shown_sha256, signature.signed_at) == (hash_of(signed), minutes(50))
    assert changed_since(signature) == []
    assert last_entry(signed).changes["report"] == [None, signature.report_sha256]


def test_what_was_shown_before_a_change_is_not_signed(answered, engineer, picture, minutes):
    before = hash_of(answered)
    actions.answer_step(answered, step="network", value="4g", by=engineer, at=minutes(46))
    for said in ({"shown_sha256": before}, {"shown_sha256": "", "shown_text": "Repair"}):
        with pytest.raises(Refused, match="changed since the report was shown"):
            actions.sign(
                answered,
                capture=picture(engineer, "signature"),
                signer_name="Wang",
                by=engineer,
                at=minutes(50),
                **said,
            )
    assert (Signature.objects.count(), verbs(answered)[-1]) == (0, "answer_step")


def test_out_of_reach_the_text_on_the_phone_is_kept_and_marked(answered, engineer, dispatcher, picture, minutes):
    text = "Repair\nPower: yes"
    actions.sign(
        answered, capture=picture(engineer, "signature"), signer_name="Wang", shown_sha256=sha256_of_text(text),
        shown_text=text, by=engineer, at=minutes(90), device_at=minutes(50),
    )  # fmt: skip
    signature = valid_signature(answered)
    assert (signature.basis, signature.shown_text, signature.signed_at) == ("phone", text, minutes(50))
    page = office(dispatcher).get(f"/office/work-orders/{answered}/report/").content.decode()
    assert "Signed out of reach" in page and "Power: yes" in page


def test_a_later_change_is_named_on_the_order_page_and_on_paper(signed, engineer, dispatcher, picture, minutes):
    client = office(dispatcher)
    assert "as it was when it was signed" in client.get(f"/office/work-orders/{signed}/report/").content.decode()
    actions.answer_step(signed, step="power", value=False, by=engineer, at=minutes(51))
    actions.add_photo(signed, capture=picture(engineer, colour="red"), by=engineer, at=minutes(52))
    with translation.override("en"):
        changed = changed_since(valid_signature(signed))
    assert [change.label for change in changed] == ["Photos", "Terminal powered on"]
    assert (changed[1].before, changed[1].after) == ("Yes", "No")
    assert "Changed after signing" in client.get(f"/office/work-orders/{signed}/report/").content.decode()


def test_signing_again_replaces_and_keeps_the_first(signed, engineer, picture, minutes):
    actions.answer_step(signed, step="power", value=False, by=engineer, at=minutes(51))
    actions.sign(
        signed, capture=picture(engineer, "signature", "black"), signer_name="Li", shown_sha256=hash_of(signed),
        by=engineer, at=minutes(53),
    )  # fmt: skip
    first, second = signed.signatures.all()
    assert (first.replaced_at, first.signer_name, second.signer_name) == (minutes(53), "Wang Fang", "Li")
    assert changed_since(second) == []


def test_the_database_lets_nobody_touch_a_signature(signed):
    for change in ({"signer_name": "Somebody"}, {"report": {}}, {"report_sha256": "0" * 64}):
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            Signature.objects.update(**change)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Signature.objects.all().delete()


def test_the_report_shows_the_work_in_both_languages(signed):
    with translation.override("en"):
        english = {line.label: line.text for line in (*shown(signed).facts, *shown(signed).steps)}
    assert english["Order"] == signed.number
    assert english["Terminal powered on"] == "Yes"
    with translation.override("zh-hans"):
        assert shown(signed).sha256 == hash_of(signed)


def test_the_same_work_makes_the_same_paper(completed, minutes):
    order = fresh(completed)
    with translation.override("en"):
        first, again = report_pdf(order), report_pdf(fresh(completed))
    with translation.override("zh-hans"):
        chinese = report_pdf(order)
    assert first == again
    assert first.startswith(b"%PDF") and chinese.startswith(b"%PDF") and chinese != first


def test_a_paper_with_twenty_photos_takes_no_five_seconds(completed, engineer, minutes):
    rng = random.Random(1)
    for _number in range(19):
        file = io.BytesIO()
        noise = Image.frombytes("RGB", (96, 72), rng.randbytes(96 * 72 * 3))
        noise.resize((1920, 1440)).save(file, "JPEG", quality=85)
        file.seek(0)
        photo = keep_picture(file, id=uuid.uuid4(), kind="photo", by=engineer, at=minutes(50))
        actions.add_photo(completed, capture=photo, by=engineer, at=minutes(56))
    assert prepare_copies() == 20  # the worker's part, right after completion
    assert prepare_copies() == 0
    began = time.perf_counter()
    paper = report_pdf(fresh(completed))
    took_s = time.perf_counter() - began
    assert len(report_of(fresh(completed))["photos"]) == 20
    assert len(paper) < 10_000_000
    print(f"20 photos: {took_s:.2f} s, {len(paper) / 1e6:.1f} MB")
    assert took_s <= 5


def test_office_phone_and_merchant_get_the_paper(completed, dispatcher, engineer, colleague):
    token = completed.requests.get().tracking_link.token
    for client, address in (
        (office(dispatcher), f"/office/work-orders/{completed}/report.pdf?language=zh-hans"),
        (office(engineer), f"/field/orders/{completed}/report.pdf"),
        (Client(), f"/m/t/{token}/report.pdf"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), address
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert office(colleague).get(f"/field/orders/{completed}/report.pdf").status_code == 404
    assert "report.pdf" in Client().get(f"/m/t/{token}/").content.decode()


def test_before_the_end_the_merchant_gets_no_paper(working):
    token = working.requests.get().tracking_link.token
    assert Client().get(f"/m/t/{token}/report.pdf")["Location"] == f"/m/t/{token}/"


def test_whoever_holds_the_paper_can_check_it(completed, engineer, picture, minutes):
    guest = Client(headers={"accept-language": "en"})
    address = check_url(completed, hash_of(completed)).split("/", 3)[3]
    page = guest.get(f"/{address}").content.decode()
    assert "This report is genuine." in page and "signed exactly this" in page
    actions.add_photo(completed, capture=picture(engineer, colour="red"), by=engineer, at=minutes(57))
    assert "does not show the latest state" in guest.get(f"/{address}").content.decode()
    assert guest.get(f"/{address[:-2]}x/").status_code == 404
