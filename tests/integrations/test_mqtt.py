"""Heartbeats through a real Mosquitto: a consumer that is killed loses nothing and doubles nothing."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from paho.mqtt import publish

from assets.models import Reading, TerminalState
from integrations.mqtt import Consumer
from tests import factories as make
from tests.live import database_url, kill, stop, wait_until
from tests.races import somebody_waits

SECOND = timedelta(seconds=1)


@pytest.fixture
def broker(tmp_path) -> Iterator[int]:
    """The port of a Mosquitto of this test's own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rules = tmp_path / "mosquitto.conf"
    own = (settings.BASE_DIR / "deploy" / "mosquitto.conf").read_text().partition("# -- who")[0]
    rules.write_text(f"{own}\nuser root\nlistener {port} 127.0.0.1\nallow_anonymous true\n")
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    server = subprocess.Popen([program, "-c", str(rules)], stderr=subprocess.DEVNULL)
    wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "Mosquitto answers")
    yield port
    stop(server)


@pytest.mark.django_db(transaction=True)
def test_a_consumer_killed_before_its_commit_loses_nothing_and_doubles_nothing(broker, hangzhou, at) -> None:
    terminals = make.TerminalFactory.create_batch(20, region=hangzhou)
    url = f"mqtt://127.0.0.1:{broker}"

    def report(numbers: range) -> None:
        publish.multiple(
            [
                (
                    f"fieldloop/terminals/{terminals[n % 20].serial}/telemetry",
                    json.dumps({"at": (at + n * SECOND).isoformat(), "seq": n, "paper_percent": n % 100}),
                    1,
                    False,
                )
                for n in numbers
            ],
            port=broker,
        )

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE assets_reading")  # what is received cannot be committed
        consumer = subprocess.Popen(
            [sys.executable, "manage.py", "consume_telemetry"], cwd=settings.BASE_DIR, start_new_session=True,
            env=os.environ | {"DATABASE_URL": database_url(), "DEVELOPMENT": "1", "MQTT_URL": url}, stderr=subprocess.PIPE,
        )  # fmt: skip
        consumer.stderr.readline()  # it is there: what is said from now on, the broker keeps for it
        report(range(300))
        wait_until(somebody_waits, "the consumer waits for the table")
        kill(consumer)
    assert Reading.objects.count() == 0
    report(range(290, 400))  # nobody listens; ten come again
    publish.single(f"fieldloop/terminals/{terminals[0].serial}/telemetry", b'{"at": "soon"}', 1, port=broker)

    second = Consumer(url, now=lambda: at + 500 * SECOND)

    def run() -> None:
        try:
            second.run()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        wait_until(lambda: running.done() or Reading.objects.count() == 400, "everything has arrived")
        report(range(400, 401))
        wait_until(lambda: running.done() or Reading.objects.count() == 401, "it goes on")
        second.stop()
        running.result()
    assert sorted(Reading.objects.values_list("seq", flat=True)) == list(range(401))
    assert TerminalState.objects.get(terminal=terminals[0]).seq == 400
