"""One database is migrated for the whole run while the workers collect their tests; each gets a copy of it."""

import subprocess
import sys
from time import monotonic, sleep

import django
import pytest  # noqa: F401 (by this the settings know that they are for tests)
from django.conf import settings
from django.core.management import call_command
from django.db import connection

LONGEST_S = 300


def name() -> str:
    return settings.DATABASES["default"]["TEST"]["NAME"] + "_template"


def begin() -> subprocess.Popen:
    """Starts to make it, in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.template", "make"])


def end(making: subprocess.Popen) -> None:
    making.kill()
    making.wait()
    subprocess.run([sys.executable, "-m", "tests.template", "drop"], check=True)


def wait(template: str) -> None:
    latest = monotonic() + LONGEST_S
    with connection._nodb_cursor() as server:
        while monotonic() < latest:
            server.execute("SELECT FROM pg_database WHERE datname = %s AND datistemplate", [template])
            if server.rowcount:
                return
            sleep(0.2)
    raise TimeoutError("The database of the tests was not made: what was said above tells why.")


def _drop() -> None:
    with connection._nodb_cursor() as server:
        server.execute("SELECT FROM pg_database WHERE datname = %s", [name()])
        if server.rowcount:
            server.execute(f'ALTER DATABASE "{name()}" IS_TEMPLATE false')
            server.execute(f'DROP DATABASE "{name()}" WITH (FORCE)')


def _make() -> None:
    with connection._nodb_cursor() as server:
        server.execute(f'CREATE DATABASE "{name()}"')
    connection.settings_dict["NAME"] = name()
    call_command("migrate", verbosity=0)
    connection.close()
    with connection._nodb_cursor() as server:
        server.execute(f'ALTER DATABASE "{name()}" IS_TEMPLATE true')


if __name__ == "__main__":
    django.setup()
    _drop()
    if sys.argv[1] == "make":
        _make()
