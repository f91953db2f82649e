"""The cast and the stage. Hangzhou is where things happen; Ningbo is the other city, whose people must see nothing of it."""

import io
import json
import os
import uuid
from base64 import b64encode
from datetime import UTC, datetime
from itertools import groupby

import hypothesis
import pgtrigger
import pytest
from altcha import Challenge, solve_challenge
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from PIL import Image

from config import embedded
from evidence.actions import keep_picture
from tests import factories as make
from tests import template
from tests.browser import built_frontend, chromium, visit  # noqa: F401 (fixtures)
from tests.live import own_queue  # noqa: F401 (a fixture)

LONG = ("tests/loop/", "tests/demo/", "test_worker.py", "at_once.py", "browser.py", "test_offline", "test_routes.py")


# the same examples in every run: a change is to blame for what fails; HYPOTHESIS_PROFILE=explore looks for new ones
hypothesis.settings.register_profile("same", derandomize=True, max_examples=30)
hypothesis.settings.register_profile("explore", max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure(config) -> None:
    """The servers the tests talk to are real; they are started here unless DATABASE_URL and REDIS_URL name others."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        embedded.start()
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.template = template.begin()  # while the workers collect


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of what takes long, so that nobody waits for it at the end.

    Worksteal gives each as many, in order; files stay together for what their tests share.
    """
    takes_long = {item: any(name in item.nodeid for name in LONG) for item in items}
    files = [[*file] for _path, file in groupby(filter(takes_long.get, items), key=lambda item: item.path)]
    others = [item for item in items if not takes_long[item]]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    left = len(items)
    items.clear()
    for worker in range(workers):
        share = [item for file in files[worker::workers] for item in file]
        fill = max(0, left // (workers - worker) - len(share))
        items += share + others[:fill]
        del others[:fill]
        left -= len(share) + fill
    items += others


def pytest_unconfigure(config) -> None:
    if making := getattr(config, "template", None):
        making.kill()


@pytest.fixture(scope="session")
def django_db_modify_db_settings_parallel_suffix(
    request, django_db_modify_db_settings_parallel_suffix, django_db_blocker
) -> None:
    connection.settings_dict["TEST"]["TEMPLATE"] = template.name()
    if not hasattr(request.config, "workerinput"):
        template.begin().wait()
    with django_db_blocker.unblock():
        template.wait(template.name())


@pytest.fixture(autouse=True)
def _english() -> None:
    """Whatever a page asked for in the test before left active in this thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _files_in_a_temporary_place(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {**settings.STORAGES, "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "media"}}}  # fmt: skip


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Journal and evidence refuse TRUNCATE, with which tests that commit for real clean up: that trigger sleeps here.

    tests/journal/test_entry.py and tests/evidence/test_chain.py put it back and see it refuse.
    """
    TransactionTestCase._fixture_teardown = _empty_what_is_full
    with django_db_blocker.unblock():
        # pytest-django makes no test database when no collected test asks for one: never touch a real one
        assert connection.settings_dict["NAME"].startswith("test_"), (
            "Run this together with a test that uses the database."
        )
        pgtrigger.uninstall(
            "journal.Entry:never_truncated",
            "evidence.Capture:never_truncated",
            "evidence.Seal:never_truncated",
            "assets.Custody:never_truncated",
            "spareparts.Movement:never_truncated",
            "knowledge.Message:never_truncated",
            "knowledge.MessageCapture:never_truncated",
        )


def _empty_what_is_full(case: TransactionTestCase) -> None:
    """In place of Django's flush, which empties each of 130 tables and makes all permissions anew, 0.4 s every time."""
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - kept
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture
def at() -> datetime:
    """Wednesday 2026-11-18, 10:00 in Hangzhou."""
    return datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


# -- places -------------------------------------------------------------------------------------------


@pytest.fixture
def company(db):
    return make.RegionFactory(code="cn", name="Company")


@pytest.fixture
def hangzhou(company):
    return make.RegionFactory(code="hangzhou", name="Hangzhou", parent=company, aliases="杭州,杭州市")


@pytest.fixture
def xihu(hangzhou):
    return make.RegionFactory(code="xihu", name="Xihu", parent=hangzhou, aliases="西湖区")


@pytest.fixture
def yuhang(hangzhou):
    return make.RegionFactory(code="yuhang", name="Yuhang", parent=hangzhou)


@pytest.fixture
def ningbo(company):
    return make.RegionFactory(code="ningbo", name="Ningbo", parent=company)


# -- people -------------------------------------------------------------------------------------------


@pytest.fixture
def manager(company):
    """Leads the whole company."""
    return make.UserFactory(username="manager", name="Mo Manager", role="manager", region=company)


@pytest.fixture
def dispatcher(hangzhou):
    return make.UserFactory(username="dispatcher", name="Dina Dispatcher", role="dispatcher", region=hangzhou)


@pytest.fixture
def stranger(ningbo):
    """A dispatcher of the other city."""
    return make.UserFactory(username="stranger", name="Sten Stranger", role="dispatcher", region=ningbo)


@pytest.fixture
def keeper(hangzhou):
    return make.UserFactory(username="keeper", name="Kai Keeper", role="warehouse", region=hangzhou)


@pytest.fixture
def analyst(company):
    return make.UserFactory(username="analyst", name="Ana Analyst", role="analyst", region=company)


@pytest.fixture
def finance(company):
    return make.UserFactory(username="finance", name="Finn Finance", role="finance", region=company)


@pytest.fixture
def ops(db):
    return make.UserFactory(username="ops", name="Olga Ops", role="ops", region=None)


def _engineer(region, username, name):
    person = make.UserFactory(
        username=username, name=name, role="engineer", region=region, start_lat=30.27, start_lon=120.15
    )
    make.PersonSkillFactory(person=person)
    make.shifts_of(person)
    return person


@pytest.fixture
def engineer(hangzhou):
    """Has the skill, is on shift every day 08:00–20:00, starts near the shop."""
    return _engineer(hangzhou, "engineer", "Emil Engineer")


@pytest.fixture
def colleague(hangzhou):
    """As good as the engineer."""
    return _engineer(hangzhou, "colleague", "Cora Colleague")


@pytest.fixture
def faraway_engineer(ningbo):
    return _engineer(ningbo, "faraway", "Fay Faraway")


@pytest.fixture
def prospector(hangzhou):
    return make.UserFactory(username="prospector", name="Pia Prospector", role="prospector", region=hangzhou)


@pytest.fixture
def inspector(hangzhou):
    return make.UserFactory(username="inspector", name="Ines Inspector", role="inspector", region=hangzhou)


# -- things -------------------------------------------------------------------------------------------


@pytest.fixture
def merchant(xihu):
    shop = make.MerchantFactory(name="朝阳茶馆 Sunrise Tea", region=xihu)
    make.ContactFactory(merchant=shop)
    return shop


@pytest.fixture
def foreign_merchant(ningbo):
    return make.MerchantFactory(name="Ningbo Noodles", region=ningbo)


@pytest.fixture
def terminal(hangzhou):
    """In stock in Hangzhou."""
    return make.TerminalFactory(serial="SN00004711", region=hangzhou)


@pytest.fixture
def repair(db):
    """The order type repair, with its procedure, the skill it needs and an SLA of 4 and 8 service hours."""
    version = make.ProcedureVersionFactory()
    make.SlaPolicyFactory(name="Standard")
    return make.WorkOrderTypeFactory(procedure=version.procedure)


# -- what comes in -----------------------------------------------------------------------------------


@pytest.fixture
def picture(at):
    """Makes a capture by somebody: a plain picture in a colour of its own."""

    def keep(by, kind="photo", colour="teal"):
        file = io.BytesIO()
        Image.new("RGB", (8, 8), colour).save(file, "PNG")
        file.seek(0)
        return keep_picture(file, id=uuid.uuid4(), kind=kind, by=by, at=at)

    return keep


@pytest.fixture
def prove(client, settings):
    """Does the work a browser does, on an easier challenge."""
    settings.ALTCHA_CHALLENGE = {"cost": 10}

    def proof() -> str:
        challenge = client.get("/m/captcha/challenge/").json()
        solution = solve_challenge(Challenge.from_dict(challenge))
        answer = {"counter": solution.counter, "derivedKey": solution.derived_key}
        return b64encode(json.dumps({"challenge": challenge, "solution": answer}).encode()).decode()

    return proof
