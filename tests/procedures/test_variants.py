"""Variants add or tighten: as an algebra, and as what an order gets."""

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal.models import Entry
from procedures.actions import make_variant, publish_variant, publish_version, retire_variant, start_run
from procedures.models import Procedure, ProcedureVersion, VariantVersion
from procedures.variants import changes_between, differences, resolve
from tests import factories as make
from toolkit.errors import Refused

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # others share the machine
CORE = [
    {"key": "power", "kind": "check", "title": "Powered on"},
    {"key": "photos", "kind": "photo", "title": "Photos", "required": True, "count": 2},
    {"key": "signal", "kind": "number", "title": "Signal", "min": -120, "max": 0},
    {"key": "paid", "kind": "test_transaction", "title": "Payment", "required": True},
]
POSITION = {"key": "here", "kind": "position", "title": "Where it stands", "required": True}


@st.composite
def varied(draw, prefix="added") -> list[dict]:
    """The core, tightened here and there, with added steps between."""
    steps = [dict(step) for step in CORE]
    if draw(st.booleans()):
        steps[0]["required"] = True
    if draw(st.booleans()):
        steps[1] |= {"count": draw(st.integers(3, 20)), "live": True}
    if draw(st.booleans()):
        steps[2] |= {"min": draw(st.integers(-119, -61)), "max": draw(st.integers(-60, -1))}
    if draw(st.booleans()):
        steps[3]["max"] = draw(st.integers(1, 100))
    for number in range(draw(st.integers(0, 5))):
        added = {"key": f"{prefix}-{number}", "kind": "text", "title": "More"}
        steps.insert(draw(st.integers(0, len(steps))), added)
    return steps


@calm
@given(varied())
def test_the_changes_lead_from_the_core_to_the_variant(steps):
    assert resolve(CORE, [changes_between(CORE, steps)]) == steps


@calm
@given(varied("one"), varied("other"))
def test_two_variants_together_are_never_looser_than_the_core_or_either(one, other):
    changes = [changes_between(CORE, steps) for steps in (one, other)]
    both = resolve(CORE, changes)
    changes_between(CORE, both)
    changes_between(one, both)
    tightened = [{step["key"]: step for step in resolve(CORE, order)} for order in (changes, changes[::-1])]
    assert tightened[0] == tightened[1]


@calm
@given(varied(), st.data())
def test_what_drops_moves_loosens_or_rewrites_a_core_step_is_refused(steps, data):
    position = data.draw(
        st.sampled_from([n for n, step in enumerate(steps) if step["key"] in {s["key"] for s in CORE}])
    )
    step = steps[position]
    spoilt = {
        "power": {"title": "Something else"},
        "photos": {"count": 1},
        "signal": {"max": 5},
        "paid": {"required": False},
    }[step["key"]]
    with pytest.raises(Refused, match="can only|would be looser"):
        changes_between(CORE, [*steps[:position], {**step, **spoilt}, *steps[position + 1 :]])
    with pytest.raises(Refused, match="cannot leave it out"):
        changes_between(CORE, [*steps[:position], *steps[position + 1 :]])
    with pytest.raises(Refused, match="keep their order"):
        changes_between(CORE, steps[::-1])


def test_two_lists_stand_side_by_side():
    after = [
        POSITION,
        {**CORE[0], "required": True},
        {**CORE[2], "min": -130},
        CORE[1],
    ]
    lines = [(line.kind, (line.before or line.after)["key"], line.names) for line in differences(CORE, after)]
    assert lines == [
        ("added", "here", []),
        ("tightened", "power", ["required"]),
        ("moved", "signal", ["min"]),
        ("same", "photos", []),
        ("removed", "paid", []),
    ]


# -- what an order gets -------------------------------------------------------------------------------


@pytest.fixture
def procedure(manager, at):
    procedure = Procedure.objects.create(code="repair", name="Repair")
    publish_version(procedure, steps=CORE, by=manager, at=at)
    return procedure


@pytest.fixture
def variant(procedure, hangzhou, manager, at):
    """Hangzhou wants the position as well."""
    variant = make_variant(procedure, name="Hangzhou", region=hangzhou, by=manager, at=at)
    publish_variant(variant, steps=[POSITION, *CORE], by=manager, at=at, base=0)
    return variant


def keys(run):
    return [step["key"] for step in run.steps]


def test_a_run_follows_the_variants_of_its_merchant_and_keeps_them(
    procedure, variant, merchant, foreign_merchant, manager, at
):
    run = start_run(procedure, merchant=merchant, at=at)
    assert keys(run) == ["here", "power", "photos", "signal", "paid"]
    assert str(run) == "Repair v1 + Hangzhou v1"
    elsewhere = start_run(procedure, merchant=foreign_merchant, at=at)
    assert (keys(elsewhere), str(elsewhere)) == (["power", "photos", "signal", "paid"], "Repair v1")
    publish_variant(variant, steps=CORE, by=manager, at=at, base=1)
    publish_version(procedure, steps=CORE[:1], by=manager, at=at)
    run.refresh_from_db()
    assert (keys(run), str(run)) == (["here", "power", "photos", "signal", "paid"], "Repair v1 + Hangzhou v1")
    entry = Entry.objects.filter(verb="procedures.publish_variant").first()
    assert (entry.actor, entry.changes) == (manager, {"version": [1, 2]})


def test_region_tier_and_trade_add_up(procedure, variant, merchant, manager, at):
    key = make_variant(procedure, name="Key accounts", tier="key", by=manager, at=at)
    publish_variant(key, steps=[CORE[0], {**CORE[1], "count": 4}, *CORE[2:]], by=manager, at=at)
    tea = make_variant(procedure, name="Tea houses", trade=merchant.trade, tier="key", by=manager, at=at)
    publish_variant(tea, steps=[CORE[0], {**CORE[1], "live": True}, *CORE[2:]], by=manager, at=at)
    assert start_run(procedure, merchant=merchant, at=at).steps[2] == CORE[1]
    merchant.tier = "key"
    run = start_run(procedure, merchant=merchant, at=at)
    assert run.steps[2] == {**CORE[1], "count": 4, "live": True}
    assert keys(run)[0] == "here"
    assert {str(version) for version in run.variant_versions.all()} == {
        "Hangzhou v1",
        "Key accounts v1",
        "Tea houses v1",
    }


def test_a_variant_out_of_use_counts_no_more(procedure, variant, merchant, manager, at):
    retire_variant(variant, by=manager, at=at)
    assert keys(start_run(procedure, merchant=merchant, at=at))[0] == "power"
    with pytest.raises(Refused, match="not in use any more"):
        retire_variant(variant, by=manager, at=at)
    assert Entry.objects.filter(verb="procedures.retire_variant").count() == 1


def test_two_that_meet_at_one_merchant_must_go_together(procedure, variant, xihu, ningbo, manager, at):
    high = make_variant(procedure, name="Xihu", region=xihu, by=manager, at=at)
    low = make_variant(procedure, name="Key", tier="key", by=manager, at=at)
    far = make_variant(procedure, name="Ningbo", region=ningbo, by=manager, at=at)
    publish_variant(high, steps=[*CORE[:2], {**CORE[2], "min": -50}, CORE[3]], by=manager, at=at)
    below = [*CORE[:2], {**CORE[2], "max": -80}, CORE[3]]
    with pytest.raises(Refused, match="“Xihu \\+ Key” would not fit: Step 3: “min” must not be larger"):
        publish_variant(low, steps=below, by=manager, at=at)
    publish_variant(far, steps=below, by=manager, at=at)  # these two never meet
    with pytest.raises(Refused, match="“Hangzhou \\+ Xihu” would not fit: Step 6: its key “here” is already used"):
        publish_variant(high, steps=[*CORE, POSITION], by=manager, at=at)


def test_the_core_cannot_move_away_under_a_variant(procedure, hangzhou, manager, at):
    variant = make_variant(procedure, name="Hangzhou", region=hangzhou, by=manager, at=at)
    publish_variant(variant, steps=[*CORE, POSITION], by=manager, at=at)
    with pytest.raises(Refused, match="“Hangzhou” would not fit: It places “Where it stands” after the step “paid”"):
        publish_version(procedure, steps=CORE[:3], by=manager, at=at)
    with pytest.raises(Refused, match="“here” is already used"):
        publish_version(procedure, steps=[POSITION, *CORE], by=manager, at=at)
    assert procedure.current.number == 1


def test_it_says_for_whom_it_counts_and_only_once(procedure, variant, hangzhou, manager, at):
    with pytest.raises(Refused, match="for which region, tier or trade"):
        make_variant(procedure, name="Everybody", by=manager, at=at)
    with pytest.raises(Refused, match="already"):
        make_variant(procedure, name="Again", region=hangzhou, by=manager, at=at)
    with pytest.raises(Refused, match="Nothing differs"):
        publish_variant(variant, steps=[POSITION, *CORE], by=manager, at=at)
    assert Entry.objects.filter(verb="procedures.make_variant").count() == 1


def test_of_two_editors_the_later_is_told_who_was_first(procedure, variant, manager, dispatcher, at):
    publish_version(procedure, steps=[*CORE, {**POSITION, "key": "mine"}], by=manager, at=at, base=1)
    with pytest.raises(Refused, match="Mo Manager has published version 2 since you began"):
        publish_version(procedure, steps=CORE[:3], by=dispatcher, at=at, base=1)
    publish_variant(variant, steps=[*procedure.current.steps, POSITION], by=manager, at=at, base=1)
    with pytest.raises(Refused, match="published version 2 since you began"):
        publish_variant(variant, steps=procedure.current.steps, by=dispatcher, at=at, base=1)


@pytest.mark.parametrize("model", [ProcedureVersion, VariantVersion])
def test_the_database_lets_nobody_change_what_is_published(variant, model):
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        model.objects.update(number=99)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        model.objects.all().delete()


def test_regions_above_and_below_see_a_variant_the_other_city_does_not(variant, dispatcher, manager, stranger, xihu):
    in_xihu = make.UserFactory(region=xihu)
    see = [type(variant).objects.visible_to(person).exists() for person in (dispatcher, manager, in_xihu, stranger)]
    assert see == [True, True, True, False]
