"""What taking in 100,000 heartbeats costs, by HTTP and by MQTT: bar 120 CPU seconds, a minute of two cores.

    DEVELOPMENT=1 .venv/bin/python bench/telemetry.py [--heartbeats 100000] [--terminals 100000]

Makes its own scratch database. HTTP: batches of 1,000, packed with gzip, through the whole of the program, middleware
and all. MQTT: single messages with QoS 1 through a Mosquitto of its own (not measured when it is not installed). The
first round finds no terminal ever heard, the second one changes their states. CPU seconds are those of this process and
of its connection's server process, for 100,000 heartbeats; checkpoints and autovacuum are not in them.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import Process
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection
from django.test import Client
from django.utils import timezone
from paho.mqtt.client import Client as Publisher
from paho.mqtt.enums import CallbackAPIVersion

from assets.models import Reading, Terminal, TerminalModel
from assets.telemetry import Taken, keep_readings, mark_silent
from bench.stage import cpu_s, scratch_database
from integrations.actions import make_token
from integrations.models import Scope
from integrations.mqtt import BATCH, Consumer
from workforce.models import Region, User

BAR_S = 120
CONFIGURATION = Path(__file__).resolve().parent.parent / "deploy" / "mosquitto.conf"


def fill(terminals: int) -> str:
    city = Region.objects.create(code="hangzhou", name="Hangzhou")
    model = TerminalModel.objects.create(code="a920", maker="PAX", name="A920")
    today = timezone.localdate()
    Terminal.objects.bulk_create(
        (Terminal(serial=serial(n), model=model, region=city, received_on=today) for n in range(terminals)),
        batch_size=5000,
    )
    ops = User.objects.create(username="ops", name="Olga", role="ops")
    _token, secret = make_token(
        name="Gateway", scopes=[Scope.TELEMETRY_WRITE], rate_per_minute=1_000_000, by=ops, at=timezone.now()
    )
    keep_readings(at=timezone.now())
    analyze()
    Client().get("/api/v1/openapi.json")  # the first request loads the program
    return secret


def serial(number: int) -> str:
    return f"SN{number * 7919 % 100_000_007:09d}"  # in no order


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE assets_terminal, assets_terminalstate, assets_reading")


def said(number: int, at: datetime) -> dict:
    return {
        "at": at.isoformat(), "seq": number, "paper_percent": number % 100, "card_keys_left": 200, "battery_percent": 90,
        "signal_dbm": -70, "is_tampered": False, "firmware": "2.4.1",
    }  # fmt: skip


def by_http(numbers: range, at: datetime, secret: str) -> float:
    headers = {"Authorization": f"Bearer {secret}", "Content-Encoding": "gzip"}
    batches = []
    for start in range(0, len(numbers), 1000):
        readings = [{"serial": serial(n), **said(n, at)} for n in numbers[start : start + 1000]]
        batches.append(gzip.compress(json.dumps({"readings": readings}).encode()))
    client, used = Client(), cpu_s()
    for batch in batches:
        answer = client.post("/api/v1/telemetry/", batch, content_type="application/json", headers=headers)
        assert answer.json()["kept"] == 1000, answer.content
    return cpu_s() - used


def publish(port: int, numbers: range, at: datetime) -> None:
    client = Publisher(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for n in numbers:
        last = client.publish(f"fieldloop/terminals/{serial(n)}/telemetry", json.dumps(said(n, at)), qos=1)
    last.wait_for_publish()
    client.disconnect()


class Counting(Consumer):
    """Stops when it has taken in as many as are sent."""

    left = 0

    def take(self) -> Taken:
        taken = super().take()
        self.left -= taken.kept
        if self.left <= 0:
            self.stop()
        return taken


def by_mqtt(numbers: range, at: datetime, port: int) -> float:
    consumer = Counting(f"mqtt://127.0.0.1:{port}")
    consumer.left = len(numbers)
    sender = Process(target=publish, args=(port, numbers, at))
    consumer.client.on_subscribe = lambda *_: sender.start()  # what is said before is for nobody
    used = cpu_s()
    consumer.run()
    sender.join()
    assert consumer.left == 0
    return cpu_s() - used


def mosquitto(place: str) -> tuple[subprocess.Popen, int] | None:
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rules = Path(place) / "mosquitto.conf"
    own = CONFIGURATION.read_text().partition("# -- who")[0]
    rules.write_text(f"{own}\nuser root\nlistener {port} 127.0.0.1\nallow_anonymous true\n")
    server = subprocess.Popen([program, "-c", str(rules)], stderr=subprocess.DEVNULL)
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.05)
    return server, port


def measure(heartbeats: int, terminals: int, secret: str) -> int:
    begun, worst, rounds = timezone.now() - timedelta(hours=5), 0.0, 0
    print(f"{heartbeats:,} heartbeats of {terminals:,} terminals, load {os.getloadavg()[0]:.1f}")
    print(f"{'way':<28}{'CPU s per 100,000':>20}{'of two cores':>16}")

    def line(way: str, run: Callable[[range, datetime], float]) -> None:
        nonlocal worst, rounds
        rounds += 1
        numbers = range((rounds - 1) * heartbeats, rounds * heartbeats)
        wrapped = range(numbers.start % terminals, numbers.start % terminals + heartbeats)
        used = run(wrapped, begun + timedelta(minutes=rounds)) * 100_000 / heartbeats
        worst = max(worst, used)
        print(f"{way:<28}{used:>20.1f}{used / BAR_S:>16.0%}", flush=True)
        analyze()

    line("HTTP, never heard before", lambda numbers, at: by_http(numbers, at, secret))
    line("HTTP", lambda numbers, at: by_http(numbers, at, secret))
    with tempfile.TemporaryDirectory() as place:
        if broker := mosquitto(place):
            server, port = broker
            line("MQTT", lambda numbers, at: by_mqtt(numbers, at, port))
            ticks = Path(f"/proc/{server.pid}/schedstat").read_text().split()[0]
            print(f"{'  and Mosquitto itself':<28}{int(ticks) / 1e9 * 100_000 / heartbeats:>20.1f}")
            server.terminate()
            server.wait()
        else:
            print("MQTT: mosquitto is not installed")
    assert Reading.objects.count() == rounds * heartbeats
    used = cpu_s()
    mark_silent(at=timezone.now())
    print(f"who fell silent, by one pass over {terminals:,} states: {(cpu_s() - used) * 1000:.0f} CPU ms")
    print(f"bar {BAR_S} CPU s: {'reached' if worst <= BAR_S else 'MISSED'} (batches of {BATCH:,})")
    return int(worst > BAR_S)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--heartbeats", type=int, default=100_000)
    parser.add_argument("--terminals", type=int, default=100_000)
    options = parser.parse_args()
    with scratch_database("telemetry"):
        secret = fill(options.terminals)
        return measure(options.heartbeats, options.terminals, secret)


if __name__ == "__main__":
    sys.exit(main())
