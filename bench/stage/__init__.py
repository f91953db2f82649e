"""What the measurements have in common."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import embedded


@contextmanager
def scratch_database(about: str) -> Iterator[None]:
    """An empty, migrated database of one's own, dropped at the end."""
    if settings.EMBEDDED:
        embedded.start()
    settings.ALLOWED_HOSTS = ["testserver"]
    name, scratch = connection.settings_dict["NAME"], f"bench_{about}_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {scratch}")
    connection.close()
    connection.settings_dict["NAME"] = scratch
    connection.settings_dict["OPTIONS"].pop("pool", None)
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            # the name above, never another; autovacuum may be in it, which FORCE may not end: wait for it
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [scratch],
            )
            cursor.execute(f"DROP DATABASE {scratch}")


def cpu_s() -> float:
    """Seconds of this process and of its connection's server process."""
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(server.read_text().split()[0]) / 1e9
