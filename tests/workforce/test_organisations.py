"""Organisations that send people: kept by managers of the regions they work in."""

from datetime import date

import pytest
from django.urls import reverse

from journal.models import Entry
from tests import factories as make
from workforce.actions import make_organisation
from workforce.models import Organisation

pytestmark = pytest.mark.django_db
LIST = reverse("office:organisation-list")


def test_a_manager_adds_and_changes_one_and_gives_it_people(
    client, manager, engineer, repair, hangzhou, ningbo
) -> None:
    client.force_login(manager)
    new = {"code": "swift", "name": "Swift Service", "order_types": [repair.pk], "regions": [hangzhou.pk]}
    assert client.post(reverse("office:organisation-create"), new | {"ends_on": "2026-12-31"}).url == LIST
    swift = Organisation.objects.get()
    assert (swift.ends_on, [*swift.order_types.all()], [*swift.regions.all()]) == (
        date(2026, 12, 31), [repair], [hangzhou],
    )  # fmt: skip
    again = client.post(reverse("office:organisation-create"), new)
    assert "The code “swift” is taken" in again.content.decode()
    edit = reverse("office:organisation-edit", args=["swift"])
    client.post(edit, new | {"regions": [hangzhou.pk, ningbo.pk]})
    entries = Entry.objects.about(swift).order_by("pk")
    assert [entry.verb for entry in entries] == ["workforce.make_organisation", "workforce.change_organisation"]
    assert entries[1].changes == {
        "ends_on": ["2026-12-31", None], "regions": [["Hangzhou"], ["Hangzhou", "Ningbo"]],
    }  # fmt: skip
    person = {"name": engineer.name, "role": "engineer", "region": hangzhou.pk, "language": "en", "is_active": "on"}
    client.post(reverse("office:person-edit", args=["engineer"]), person | {"organisation": swift.pk})
    engineer.refresh_from_db()
    assert engineer.organisation == swift
    listed = client.get(swift.get_absolute_url()).content.decode()
    assert "Emil Engineer" in listed
    assert "Mo Manager" not in listed.split("<tbody>")[1]


def test_who_leads_one_city_neither_sees_nor_changes_what_works_elsewhere(
    client, manager, repair, hangzhou, ningbo, at
) -> None:
    who = {"order_types": [repair], "by": manager, "at": at}
    make_organisation(code="swift", name="Swift Service", regions=[hangzhou], **who)
    make_organisation(code="both", name="Both Cities", regions=[hangzhou, ningbo], **who)
    client.force_login(make.UserFactory(username="ningbo-manager", role="manager", region=ningbo))
    html = client.get(LIST).content.decode()
    assert "Both Cities" in html
    assert "Swift Service" not in html
    assert [client.get(reverse("office:organisation-edit", args=[code])).status_code for code in ("swift", "both")] == [
        404, 404,
    ]  # fmt: skip
