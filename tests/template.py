"""For each state of the migrations one database is migrated; every run and every worker gets a copy of it."""

import os
import subprocess
import sys
from hashlib import sha1
from pathlib import Path
from time import monotonic, sleep

import django
import pytest  # noqa: F401 (by this the settings know that they are for tests)
from django.conf import settings
from django.core.management import call_command
from django.db import connection

LONGEST_S = 300
NAMES, LOCK = "fieldloop_tests_", 7_411


def name() -> str:
    made_of = [Path("requirements/dev.txt"), *sorted(Path().glob("*/migrations/*.py"))]
    digest = sha1(usedforsecurity=False)
    for path in made_of:
        digest.update(str(path).encode() + (settings.BASE_DIR / path).read_bytes())
    return NAMES + digest.hexdigest()[:12]


def begin() -> subprocess.Popen:
    """Starts to make it, in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.template"], cwd=settings.BASE_DIR)


def wait(template: str) -> None:
    latest = monotonic() + LONGEST_S
    with connection._nodb_cursor() as server:
        while monotonic() < latest:
            if _stands(server, template):
                return
            sleep(0.2)
    raise TimeoutError("The database of the tests was not made: what was said above tells why.")


def _stands(server, template: str) -> bool:
    server.execute("SELECT FROM pg_database WHERE datname = %s AND datistemplate", [template])
    return server.rowcount > 0


def make() -> None:
    with connection._nodb_cursor() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if _stands(server, name()):
            return
        server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [NAMES])
        for (other,) in server.fetchall():
            server.execute(f'ALTER DATABASE "{other}" IS_TEMPLATE false')
            server.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name()}"')
        connection.settings_dict["NAME"] = name()
        call_command("migrate", verbosity=0)
        connection.close()
        server.execute(f'ALTER DATABASE "{name()}" IS_TEMPLATE true')


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    make()
