"""What is found, photographed and signed while the work goes on."""

import pytest

from tests import factories as make
from tests.workorders.reading import last_entry, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db


def test_an_answer_is_kept_and_its_photo_goes_to_the_order(working, engineer, picture, minutes):
    actions.answer_step(working, step="power", value=True, by=engineer, at=minutes(40), device_at=minutes(39))
    assert last_entry(working).changes == {"power": [None, True]}
    assert last_entry(working).device_at == minutes(39)
    photo = picture(engineer)
    answer = actions.answer_step(working, step="before", captures=[photo], by=engineer, at=minutes(41))
    assert list(answer.captures.all()) == list(working.captures.all()) == [photo]
    assert last_entry(working).changes == {"before": [None, None], "photos": [None, 1]}


def test_an_answer_given_again_supersedes_the_first(working, engineer, minutes):
    for value in (True, False):
        actions.answer_step(working, step="power", value=value, by=engineer, at=minutes(40))
    values = working.run.answers.order_by("pk").values_list("value", "superseded_at")
    assert list(values) == [(True, minutes(40)), (False, None)]
    assert last_entry(working).changes == {"power": [True, False]}


def test_steps_are_answered_only_while_working(on_site, engineer, minutes):
    with pytest.raises(Refused, match="“On site”: this belongs to work in progress. Its engineer can begin the work"):
        actions.answer_step(on_site, step="power", value=True, by=engineer, at=minutes(31))
    assert verbs(on_site)[-1] == "arrive"


def test_an_order_without_procedure_has_no_steps(ask, engineer, dispatcher, minutes):
    order = ask(type=make.WorkOrderTypeFactory(code="advice", name="Advice"))[0].order
    more = {"by": engineer, "at": minutes(10)}
    actions.assign_work_order(order, engineer=engineer, start=minutes(5), end=minutes(9), by=dispatcher, at=minutes(1))
    actions.accept_work_order(order, **more)
    actions.depart(order, **more)
    actions.arrive(order, lat=order.lat, lon=order.lon, **more)
    actions.start_work(order, **more)
    with pytest.raises(Refused, match="has no checklist"):
        actions.answer_step(order, step="power", value=True, **more)
    assert verbs(order)[-1] == "start_work"


def test_photos_are_added_on_site_and_once(on_site, engineer, picture, minutes):
    photo = picture(engineer)
    for _repeat in range(2):
        actions.add_photo(on_site, capture=photo, by=engineer, at=minutes(31))
    assert list(on_site.captures.all()) == [photo]
    assert verbs(on_site)[-2:] == ["arrive", "add_photo"]


def test_no_photo_before_arrival(en_route, engineer, picture, minutes):
    with pytest.raises(Refused, match="check in first"):
        actions.add_photo(en_route, capture=picture(engineer), by=engineer, at=minutes(20))
    assert verbs(en_route)[-1] == "depart"


def test_a_signature_names_who_signed_and_can_be_given_again(working, engineer, picture, minutes):
    more = {"shown_sha256": hash_of(working), "by": engineer}
    actions.sign(working, capture=picture(engineer, "signature"), signer_name="Wang", at=minutes(50), **more)
    second = picture(engineer, "signature", "black")
    order = actions.sign(working, capture=second, signer_name="Li", at=minutes(51), **more)
    assert (order.signature, order.signer_name) == (second, "Li")
    assert last_entry(order).changes["signer_name"] == ["Wang", "Li"]


def test_a_photo_is_no_signature(working, engineer, picture, minutes):
    more = {"shown_sha256": hash_of(working), "by": engineer, "at": minutes(50)}
    with pytest.raises(Refused, match="not a signature"):
        actions.sign(working, capture=picture(engineer), signer_name="Wang", **more)
    with pytest.raises(Refused, match="who signs"):
        actions.sign(working, capture=picture(engineer, "signature"), signer_name=" ", **more)
    assert verbs(working)[-1] == "start_work"
