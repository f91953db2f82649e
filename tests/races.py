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
