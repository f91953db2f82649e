import pytest

from prospecting import actions
from tests import factories as make
from workforce.models import Boundary

WEST, SOUTH, EAST, NORTH = 120.10, 30.20, 120.14, 30.23


def rectangle(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def xihu(xihu):
    Boundary.objects.create(region=xihu, outline=rectangle(WEST, SOUTH, EAST, NORTH))
    return xihu


@pytest.fixture
def prospector(xihu):
    return make.UserFactory(username="walker", name="Wei Walker", role="prospector", region=xihu)


@pytest.fixture
def rival(xihu):
    return make.UserFactory(username="rival", name="Rui Rival", role="prospector", region=xihu)


@pytest.fixture
def lake(xihu, manager, at):
    (cell,) = actions.draw_cell(xihu, outline=rectangle(120.11, 30.21, 120.12, 30.22), name="Lake", by=manager, at=at)
    return cell


@pytest.fixture
def note(xihu, manager, at):
    """Notes a lead at the lake, in which single facts can differ."""

    def make_lead(**facts):
        facts = {"name": "朝阳茶馆", "region": xihu, "source": "street", "lat": 30.215, "lon": 120.115, **facts}
        return actions.make_lead(**{"by": manager, "at": at, **facts})

    return make_lead
