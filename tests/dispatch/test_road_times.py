"""With an OSRM server the best are compared again by the road."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch import queries
from dispatch.models import RuleSet
from tests.dispatch.conftest import place, seen

pytestmark = pytest.mark.django_db


class River(BaseHTTPRequestHandler):
    """A table service for a town with a river north of the shop: from there it takes an hour, from elsewhere a minute."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        lats = [float(pair.split(",")[1]) for pair in url.path.rsplit("/", 1)[1].split(";")]
        wanted = parse_qs(url.query)
        rows, columns = ([int(n) for n in wanted[key][0].split(";")] for key in ("sources", "destinations"))
        bank = place(0.5)[0]
        table = [[3600 if (lats[a] > bank) != (lats[b] > bank) else 60 for b in columns] for a in rows]
        answer = json.dumps({"code": "Ok", "durations": table}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args) -> None:
        """Nothing to the console."""


@pytest.fixture
def river(settings):
    server = HTTPServer(("127.0.0.1", 0), River)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.OSRM_URL = f"http://127.0.0.1:{server.server_port}"
    yield
    server.shutdown()
    server.server_close()


def test_the_road_counts_not_the_bee_line(river, settings, engineer, colleague, order, at) -> None:
    seen(engineer, 1, at)
    seen(colleague, -6, at)
    best = queries.rank(order, RuleSet(), at).best
    assert [(entry["username"], entry["way_min"]) for entry in best] == [("colleague", 1), ("engineer", 60)]
    settings.OSRM_URL = ""
    assert queries.rank(order, RuleSet(), at).best[0]["username"] == "engineer"


def test_who_is_too_far_by_the_road_is_left_out_and_counted(river, engineer, colleague, order, at) -> None:
    for person in (engineer, colleague):
        person.start_lat, person.start_lon = place(1)
        person.save()
    seen(engineer, 1, at)
    seen(colleague, -6, at)
    ranking = queries.rank(order, RuleSet(max_travel_min=30), at)
    assert [entry["username"] for entry in ranking.best] == ["colleague"]
    assert ranking.passed_over == {"too_far": 1}
