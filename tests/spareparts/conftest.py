import pytest

from spareparts.actions import bag_of, make_depot
from spareparts.models import Part, Place


@pytest.fixture
def keypad(db) -> Part:
    return Part.objects.create(code="keypad", name="Keypad", name_zh="键盘")


@pytest.fixture
def depot(yuhang) -> Place:
    return Place.objects.create(code="yuhang", name="Yuhang depot", region=yuhang, lat=30.42, lon=120.3)


@pytest.fixture
def scrap(hangzhou, at) -> Place:
    return make_depot(code="scrap", name="Scrap heap", kind=Place.Kind.SCRAP, region=hangzhou, by=None, at=at)


@pytest.fixture
def bag(engineer) -> Place:
    return bag_of(engineer)


@pytest.fixture
def other_bag(colleague) -> Place:
    return bag_of(colleague)
