"""Queries that take longer to plan than to run: planned once per connection, for whatever values."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper

MOST = 32  # plans a connection keeps; the oldest goes first
PARAMETER = re.compile(r"%\((\w+)\)s|%%")

_known: WeakKeyDictionary[Any, list[str]] = WeakKeyDictionary()  # the statements prepared on each open connection


def execute_prepared(cursor: CursorWrapper, sql: str, values: Mapping[str, Any]) -> None:
    """As `cursor.execute` with named parameters. The plan does not look at the values, so write queries for which one
    plan is right.

    A prepared statement belongs to one connection of the server. A pooler that gives a connection to another client
    after each transaction (pgbouncer) would lose it: there DISABLE_SERVER_SIDE_CURSORS is set, and it is planned anew.
    Where values are bound by the server anyway, EXECUTE cannot take them, and psycopg keeps the plans.
    """
    settings = connection.settings_dict
    if settings.get("DISABLE_SERVER_SIDE_CURSORS") or settings["OPTIONS"].get("server_side_binding"):
        return cursor.execute(sql, values)
    names: list[str] = []

    def number(found: re.Match) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    text = PARAMETER.sub(number, sql)
    statement = f"planned_{blake2b(text.encode(), digest_size=8).hexdigest()}"
    known = _known.setdefault(connection.connection, [])
    if statement not in known:
        with connection.wrap_database_errors:  # not counted as a query of whoever asks first
            # a rollback takes back the setting, never the statement
            cursor.cursor.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE {statement} AS {text}")
            known.append(statement)
            while len(known) > MOST:
                cursor.cursor.execute(f"DEALLOCATE {known.pop(0)}")
    cursor.execute(f"EXECUTE {statement} ({', '.join(['%s'] * len(names))})", [values[name] for name in names])
