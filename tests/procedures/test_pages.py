"""Procedures in the office: list, versions, comparison, editor with draft and preview."""

import io
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from assets.actions import bind_terminal
from journal.models import Entry
from procedures.actions import make_variant, publish_variant, publish_version
from procedures.models import Draft, Procedure
from procedures.steps import StepKind
from tests import factories as make
from tests.mobile.conftest import picture
from workorders.actions import assign_work_order, open_work_order

pytestmark = pytest.mark.django_db

STEPS = [
    {"key": "network", "kind": "choice", "title": "Network", "required": True,
     "options": [{"value": "wifi", "label": "Wi-Fi", "label_zh": "无线", "finding": "minor"}, {"value": "lan", "label": "Cable"}]},
    {"key": "signal", "kind": "number", "title": "Signal", "title_zh": "信号", "min": -120, "max": -30, "unit": "dBm",
     "when": {"step": "network", "is": ["wifi"]}},
    {"key": "photos", "kind": "photo", "title": "Photos", "required": True, "count": 2, "live": True},
    {"key": "serial", "kind": "scan", "title": "Serial", "help": "On its back", "equal": "terminal", "finding": "critical"},
]  # fmt: skip
ALL_KINDS = [
    {"key": f"k-{kind.replace('_', '-')}", "kind": kind, "title": f"A {kind} step", "title_zh": "一步"}
    | ({"options": STEPS[0]["options"]} if kind == "choice" else {})
    for kind in StepKind.values
]


@pytest.fixture
def procedure(manager, at):
    procedure = Procedure.objects.create(code="repair", name="Repair")
    publish_version(procedure, steps=STEPS, by=manager, at=at)
    return procedure


@pytest.fixture
def variant(procedure, hangzhou, manager, at):
    return make_variant(procedure, name="Hangzhou way", region=hangzhou, by=manager, at=at)


@pytest.fixture
def office(client, manager):
    client.force_login(manager)
    return client


def as_form(steps, **more):
    """What the editor's form sends for these steps."""
    form: dict = {"step": [], "base": "1", **more}
    for step in steps:
        key = step["key"]
        form["step"].append(key)
        for name, value in step.items():
            if name == "options":
                form[f"{key}.option"] = [option["value"] for option in value]
                form[f"{key}.option.label"] = [option["label"] for option in value]
                form[f"{key}.option.label_zh"] = [option.get("label_zh", "") for option in value]
                form[f"{key}.option.finding"] = [option.get("finding", "") for option in value]
            elif name == "when":
                form[f"{key}.when"] = [f"{value['step']}={json.dumps(each)}" for each in value["is"]]
            elif value is not False and name != "key":
                form[f"{key}.{name}"] = "true" if value is True else str(value)
    return form


def test_the_form_gives_back_what_it_shows(office, procedure, manager):
    address = reverse("office:procedure-edit", args=["repair"])
    assert office.post(address, as_form([*STEPS, *ALL_KINDS])).status_code == 302
    draft = Draft.objects.get(by=manager, procedure=procedure, variant=None)
    assert (draft.steps, draft.base) == ([*STEPS, *ALL_KINDS], 1)
    page = office.get(address)
    assert page.context["draft"] == draft
    assert page.context["faults"] == []


def test_the_editor_sends_every_field_it_was_given(office, procedure):
    """Read from the page itself: what stands in its inputs is what is in force."""
    from html.parser import HTMLParser

    sent: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        select = ""

        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if tag == "select":
                self.select = given.get("name", "")
            elif tag == "option" and "selected" in given and self.select:
                sent.setdefault(self.select, []).append(given["value"])
            elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given) and given.get("name"):
                sent.setdefault(given["name"], []).append(given.get("value", ""))

    address = reverse("office:procedure-edit", args=["repair"])
    Reader().feed(office.get(address).content.decode())
    office.post(address, sent | {"serial.help": ["On its back"]})
    assert Draft.objects.get().steps == STEPS


def test_buttons_move_add_and_remove(office, procedure):
    address = reverse("office:procedure-edit", args=["repair"])

    def press(button):
        steps = Draft.objects.get().steps if Draft.objects.exists() else STEPS
        answer = office.post(address, as_form(steps, do=button), headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Trigger"]) == (200, "draft-saved")
        return [step["key"] for step in Draft.objects.get().steps]

    assert press("up:photos") == ["network", "photos", "signal", "serial"]
    assert press("down:network") == ["photos", "network", "signal", "serial"]
    assert press("add:test_transaction")[-1] == "test_transaction-1"
    assert press("remove:photos") == ["network", "signal", "serial", "test_transaction-1"]
    press("option:network")
    press("drop-option:network:lan")
    options = Draft.objects.get().steps[0]["options"]
    assert [option["value"] for option in options] == ["wifi", "option-1"]
    assert press("up:nothing") == ["network", "signal", "serial", "test_transaction-1"]


def test_what_is_wrong_is_kept_said_and_not_published(office, procedure):
    address = reverse("office:procedure-edit", args=["repair"])
    wrong = [{**STEPS[0], "title": ""}, {**STEPS[2], "count": "many"}]
    answer = office.post(address, as_form(wrong, do="save"), headers={"HX-Request": "true"})
    assert "Step 1: it needs a title." in answer.content.decode()
    answer = office.post(address, as_form(wrong, do="publish"))
    assert answer.status_code == 422
    assert "Step 1: it needs a title." in answer.content.decode()
    assert Draft.objects.get().steps[1]["count"] == "many"
    assert procedure.current.number == 1


def test_publishing_makes_a_version_and_uses_the_draft_up(office, procedure):
    address = reverse("office:procedure-edit", args=["repair"])
    answer = office.post(address, as_form(STEPS[:2], do="publish"))
    assert (answer.status_code, answer["Location"]) == (302, procedure.get_absolute_url())
    assert (procedure.current.number, procedure.current.steps) == (2, STEPS[:2])
    assert not Draft.objects.exists()
    again = office.post(address, as_form(STEPS[:2], do="publish", base="2"))
    assert "already in force" in again.content.decode()


def test_the_later_of_two_editors_keeps_the_draft_and_decides(office, procedure, manager, ops, at):
    address = reverse("office:procedure-edit", args=["repair"])
    office.post(address, as_form(STEPS[:3]))
    publish_version(procedure, steps=STEPS[1:][1:], by=ops, at=at)
    assert "Olga Ops published version 2" in " ".join(office.get(address).content.decode().split())
    answer = office.post(address, as_form(STEPS[:3], do="publish"))
    assert answer.status_code == 422
    assert "Olga Ops has published version 2 since you began" in answer.content.decode()
    assert Draft.objects.get(by=manager).steps == STEPS[:3]
    office.post(address, as_form(STEPS[:3], do="rebase"))
    assert office.post(address, as_form(STEPS[:3], do="publish", base="2")).status_code == 302
    assert procedure.current.steps == STEPS[:3]
    office.post(address, as_form(STEPS[:1], base="3"))
    office.post(address, {"do": "discard"})
    assert not Draft.objects.exists()


def test_a_variant_is_edited_without_touching_the_core(office, procedure, variant):
    address = reverse("office:procedure-variant-edit", args=[variant.number])
    more = {"key": "position-1", "kind": "position", "title": "Where", "required": True}
    steps = [{**STEPS[0], "title": "Mine"}, STEPS[1], {**STEPS[2], "count": 3}, more, STEPS[3]]
    answer = office.post(address, as_form(steps, do="publish", base="0"))
    assert answer.status_code == 302
    assert variant.current.changes == {
        "add": [{"after": "photos", "step": more}],
        "tighten": {"photos": {"count": 3}},
    }
    page = office.get(variant.get_absolute_url()).content.decode()
    assert ("Tightened" in page, "Added" in page, "At least 3 photos" in page) == (True, True, True)
    looser = [STEPS[0], STEPS[1], {**STEPS[2], "count": 1}, STEPS[3]]
    answer = office.post(address, as_form(looser, do="publish"))
    assert (answer.status_code, "would be looser" in answer.content.decode()) == (422, True)
    assert "cannot leave it out" in office.post(address, as_form([*STEPS[:2], STEPS[3]], do="publish")).content.decode()


def test_the_preview_is_the_phones_own_checklist_with_every_kind(office, procedure, manager, at):
    publish_version(procedure, steps=ALL_KINDS, by=manager, at=at)
    answer = office.get(reverse("office:procedure-preview", args=["repair"]))
    page = answer.content.decode()
    assert answer.templates[1].name is not None
    assert "mobile/step.html" in {template.name for template in answer.templates}
    for step in ALL_KINDS:
        assert step["title"] in page
    assert (answer["X-Frame-Options"], "frame-ancestors 'self'" in answer["Content-Security-Policy"]) == (
        "SAMEORIGIN",
        True,
    )
    office.post(reverse("office:procedure-edit", args=["repair"]), as_form([{**ALL_KINDS[0], "title": "In my draft"}]))
    assert "In my draft" in office.get(reverse("office:procedure-preview", args=["repair"])).content.decode()


def test_two_versions_are_compared(office, procedure, manager, at):
    publish_version(procedure, steps=[STEPS[2] | {"count": 4}, STEPS[0]], by=manager, at=at)
    page = office.get(reverse("office:procedure-compare", args=["repair"])).content.decode()
    assert ("Left out" in page, "Moved" in page) == (True, True)
    assert office.get(reverse("office:procedure-compare", args=["repair"]) + "?before=x&after=99").status_code == 200
    listed = office.get(reverse("office:procedure-list"))
    assert "Repair" in listed.content.decode()


def test_a_regional_manager_changes_the_variants_of_the_region_only(
    client, procedure, variant, dispatcher, manager, at
):
    dispatcher.role = "manager"
    dispatcher.save()
    client.force_login(dispatcher)
    everywhere = make_variant(procedure, name="Key", tier="key", by=manager, at=at)
    publish_variant(everywhere, steps=[*STEPS, ALL_KINDS[0]], by=manager, at=at)
    address = {name: reverse(f"office:procedure-variant{name}", args=[variant.number]) for name in ("-edit", "-retire")}
    assert client.get(reverse("office:procedure-edit", args=["repair"])).status_code == 403
    assert client.get(reverse("office:procedure-variant-edit", args=[everywhere.number])).status_code == 403
    assert client.get(everywhere.get_absolute_url()).status_code == 200
    assert client.get(address["-edit"]).status_code == 200
    assert client.post(address["-retire"]).status_code == 302
    form = {"name": "Mine", "tier": "small", "region": "", "trade": ""}
    create = reverse("office:procedure-variant-create", args=["repair"])
    assert client.post(create, form).status_code == 422
    assert client.post(create, form | {"region": str(dispatcher.region_id)}).status_code == 302


def test_a_reference_picture_stands_beside_its_step_on_the_phone_for_its_model_only(
    client, manager, repair, merchant, terminal, engineer, dispatcher, at
):
    bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    order = open_work_order(type=repair, merchant=merchant, summary="Look", by=dispatcher, at=at)
    booked = {"start": at, "end": at + timedelta(hours=1)}
    assign_work_order(order, engineer=engineer, **booked, by=dispatcher, at=at)
    client.force_login(manager)
    add = reverse("office:reference-picture-add", args=[repair.procedure.code])
    others = make.TerminalModelFactory(code="other", name="Elsewise")
    for model, colour in ((terminal.model, "navy"), (others, "red")):
        sent = {"step": "power", "model": model.pk, "file": picture(colour)}
        assert client.post(add, sent).status_code == 302
    assert client.post(add, {"step": "power", "model": others.pk, "file": io.BytesIO(b"no")}).status_code == 422
    shown = repair.procedure.reference_pictures.get(model=terminal.model)
    office = client.get(repair.procedure.get_absolute_url()).content.decode()
    assert office.count("how it should look on") >= 2
    client.force_login(engineer)
    phone = client.get(f"/field/orders/{order.number}/").content.decode()
    assert f'data-kept="{shown.capture_id}"' in phone and "Elsewise" not in phone
    client.force_login(manager)
    client.post(reverse("office:reference-picture-remove", args=[repair.procedure.code, shown.pk]))
    assert Entry.objects.about(repair.procedure).first().verb == "procedures.remove_reference_picture"
    assert repair.procedure.reference_pictures.count() == 1
