from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from toolkit.errors import Refused


def at_once(asked: int | Sequence, run: Callable[..., object]) -> list:
    """Calls `run` with each number or value in a thread and connection of its own, all let go together.

    A refusal comes back as its sentence.
    """
    values = range(asked) if isinstance(asked, int) else asked
    gate = Barrier(len(values))

    def call(value: object) -> object:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return run(value)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(call, values))


def somebody_waits() -> bool:
    """Whether another connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the first look would be shown again
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]
