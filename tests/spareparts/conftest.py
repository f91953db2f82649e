import pytest

from spareparts.actions import bag_of
from spareparts.models import Part, Place


@pytest.fixture
def keypad(db) -> Part:
    return Part.objects.create(code="keypad", name="Keypad", name_zh="键盘")


@pytest.fixture
def depot(yuhang) -> Place:
    return Place.objects.create(code="yuhang", name="Yuhang depot", region=yuhang, lat=30.42, lon=120.3)


@pytest.fixture
def bag(engineer) -> Place:
    return bag_of(engineer)
