"""A Valkey of one's own and a real Celery worker, for tests that kill, empty and restart them.

    def test_…(own_queue, transactional_db):
        with running_worker() as worker:
            …

`own_queue` is a fixture: import it into the conftest.py that wants it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

from config import embedded
from config.celery import app

PATIENCE_S = 60  # the machine may be busy


def wait_until(holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain: {what}"
        time.sleep(0.05)


def send_to(url: str | None) -> None:
    """Points this process's own tasks to another broker; None is the one of the settings again."""
    if url:
        os.environ["CELERY_BROKER_URL"] = url
    else:
        os.environ.pop("CELERY_BROKER_URL", None)
    app._pool = app.amqp._producer_pool = None  # Celery keeps its connections to the broker before


@pytest.fixture
def own_queue() -> Iterator[redis.Redis]:
    """A Valkey that belongs to this test alone; tasks that the test wakes go there."""
    with tempfile.TemporaryDirectory(prefix="fieldloop-queue-") as place:
        Path(place).chmod(0o755)  # the servers' account passes through
        server = embedded.Embedded(Path(place))
        server._start_valkey()
        client = redis.Redis.from_url(server.redis_url)
        send_to(server.redis_url)
        try:
            yield client
        finally:
            send_to(None)
            client.shutdown(nosave=True)
            client.close()


@contextmanager
def running_worker(*, beat: bool = False, concurrency: int = 1) -> Iterator[subprocess.Popen]:
    """A worker in processes of its own, on the test's database and `own_queue`; with `beat` the clock ticks too.

    It is ready when the block begins. At its end it is stopped, if the test has not killed it.
    """
    broker = os.environ["CELERY_BROKER_URL"]  # set by own_queue
    environment = os.environ | {
        "DATABASE_URL": database_url(), "REDIS_URL": broker, "DEVELOPMENT": "1", "LOG_LEVEL": "INFO",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="fieldloop-worker-") as place:
        said = Path(place) / "said.log"
        command = [
            sys.executable, "-m", "celery", "--skip-checks", "-A", "config", "worker", "--loglevel", "INFO",
            "--concurrency", str(concurrency), "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        if beat:
            command += ["--beat", "--schedule", f"{place}/beat"]
        with said.open("w") as log:
            worker = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_until(lambda: is_ready(worker, said), "the worker is ready")
            yield worker
        finally:
            stop(worker)


def is_ready(worker: subprocess.Popen, said: Path) -> bool:
    assert worker.poll() is None, said.read_text()[-3000:]
    return " ready." in said.read_text()


def database_url() -> str:
    url = urlsplit(os.environ.get("DATABASE_URL") or embedded.database_url())
    return urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))


def kill(worker: subprocess.Popen) -> None:
    """kill -9 for the worker and its children, without a word of warning."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def stop(worker: subprocess.Popen) -> None:
    if worker.poll() is not None:
        return
    worker.terminate()
    try:
        worker.wait(timeout=20)
    except subprocess.TimeoutExpired:
        kill(worker)
