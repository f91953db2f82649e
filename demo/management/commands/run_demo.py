import errno
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.migrations.exceptions import InconsistentMigrationHistory

from config import embedded
from demo.logins import print_logins
from demo.processes import Program, stop_all

HOST = "127.0.0.1"
FREE_DISK_MB = 500
ANSWER_TIMEOUT_S = 60


class Command(BaseCommand):
    help = "Runs the whole product with a made-up company on this machine, until Ctrl-C. The data stay."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        programs = _programs(port)
        try:
            self.prepare(port)
            for program in programs:
                program.start()
            self.wait_for_answer(programs, f"http://{HOST}:{port}/healthz/")
            self.stdout.write(f"\nFieldloop runs at http://{HOST}:{port}/  (Ctrl-C stops it, the data stay)\n")
            print_logins(self.stdout, f"http://{HOST}:{port}")
            self.supervise(programs)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        except InconsistentMigrationHistory as error:
            raise CommandError(
                "The data in .run are of a version too old to go on from. `make clean` deletes them; then start again."
            ) from error
        except ImportError as error:
            raise CommandError(f"A library is missing: {error}. Run `make demo`, which installs it.") from error
        except (OSError, DatabaseError) as error:
            if getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error):
                raise CommandError(f"The disk that holds {settings.BASE_DIR} is full. Free some space.") from error
            raise
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            stop_all(programs)
            if _uses_embedded_servers():
                embedded.stop()

    def prepare(self, port: int) -> None:
        _refuse_busy_port(port)
        free_mb = shutil.disk_usage(settings.BASE_DIR).free // 1_000_000
        if free_mb < FREE_DISK_MB:
            raise CommandError(
                f"The disk that holds {settings.BASE_DIR} has {free_mb} MB left; the demo needs {FREE_DISK_MB} MB."
            )
        if _uses_embedded_servers():
            embedded.start()
        _compile_in_the_background()
        call_command("build_frontend")
        call_command("messages", compile=True)
        self.stdout.write("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        if not get_user_model().objects.exists():
            self.stdout.write("Filling the company …")
            call_command("build_company")
        self.collect_static_files()

    def collect_static_files(self) -> None:
        """Only when the bundles or the packages have changed since."""
        made_of = [
            settings.BASE_DIR / "build" / "frontend.sha256",
            settings.BASE_DIR / "requirements" / "production.txt",
        ]
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
        stamp = settings.BASE_DIR / "build" / "collected.sha256"
        if not stamp.exists() or stamp.read_text() != digest:
            self.stdout.write("Collecting static files …")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(digest)

    def wait_for_answer(self, programs: list[Program], address: str) -> None:
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while not _answers(address):
            for program in programs:
                if not program.is_running:
                    raise CommandError(program.obituary)
            if time.monotonic() > deadline:
                raise CommandError(f"{address} does not answer. See {programs[0].log}.")
            time.sleep(0.2)

    def supervise(self, programs: list[Program]) -> None:
        while True:
            time.sleep(0.5)
            for program in programs:
                if not program.is_running:
                    if program.is_hopeless:
                        raise CommandError(program.obituary)
                    self.stderr.write(f"{program.obituary}\nStarting it again.")
                    program.start()


def _programs(port: int) -> list[Program]:
    log = Path(settings.BASE_DIR) / ".run" / "log"
    environment = {"SITE_URL": f"http://{HOST}:{port}"} | os.environ
    web = ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "8", "--preload"]
    worker = ["celery", "--app", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"]
    beat = ["celery", "--app", "config", "beat", "--pidfile", ""]
    return [
        Program(
            "web server",
            [*web, "--graceful-timeout", "3", "--no-control-socket", "--access-logfile", "-"],
            log / "web.log",
            environment,
        ),
        Program("worker", worker, log / "worker.log", environment),
        Program("clock", beat, log / "beat.log", environment),
    ]


def _compile_in_the_background() -> None:
    """Or the first day plan waits half a minute for its search; where that is compiled already this ends at once."""
    command = ["nice", "-n", "19", sys.executable, "-c", "import routing.planning.planner"]
    subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _uses_embedded_servers() -> bool:
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def _refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = "may not be used by your account" if error.errno == errno.EACCES else "is used by another program"
            raise CommandError(
                f"Port {port} {why}. Stop that program, or choose another port: make demo PORT={port + 1}"
            ) from error


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
