"""What browsers load: how heavy it may be, and that it asks nobody else."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

BUNDLES = Path(settings.BASE_DIR) / "build" / "static"

# kB gzipped at first load; a dashboard has charts beside office.js (600 together), a map page map.js (75 of its own)
BUDGETS = {
    "office.js": 130,
    "charts.js": 470,
    "map.js": 75,
    "board.js": 9,
    "field.js": 45,
    "field.css": 15,
    "public.js": 20,
    "public.css": 15,
}


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    call_command("build_frontend")


@pytest.mark.parametrize(("name", "kilobytes"), BUDGETS.items())
def test_a_bundle_keeps_its_budget(name: str, kilobytes: int) -> None:
    assert len(gzip.compress((BUNDLES / name).read_bytes(), 9)) / 1000 <= kilobytes


def test_no_bundle_names_a_foreign_host() -> None:
    hosts = {
        match.decode()
        for path in BUNDLES.iterdir()
        if path.suffix in {".js", ".css", ".svg", ".wasm"}
        for match in re.findall(rb"https?://[\w-]+\.[\w.-]+", path.read_bytes())
    }
    assert hosts <= {"http://www.w3.org", "https://www.w3.org"}  # names of XML dialects
