"""A second pair of servers beside the one the tests use, in places of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from kombu import Connection

from config import embedded


@contextmanager
def a_place() -> Iterator[Path]:
    """pytest's own directories are closed to other accounts, and root hands the servers to another."""
    directory = Path(tempfile.mkdtemp(prefix="fieldloop test "))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@contextmanager
def running(servers: embedded.Embedded) -> Iterator[embedded.Embedded]:
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(servers.home)
        shutil.rmtree(servers.socket_dir, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    with a_place() as directory:
        yield directory


@pytest.fixture(scope="module")
def servers() -> Iterator[embedded.Embedded]:
    with a_place() as directory, running(embedded.at(directory / "with a 'quoted' name", fast=True)) as servers:
        yield servers


def _query(servers: embedded.Embedded, sql: str) -> list[tuple]:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_chinese_has_trigrams(servers: embedded.Embedded) -> None:
    _query(servers, "CREATE EXTENSION pg_trgm")
    [(trigrams,)] = _query(servers, "SELECT show_trgm('上海市')")
    assert len(trigrams) == 4


def test_the_extensions_the_product_uses_are_there(servers: embedded.Embedded) -> None:
    for extension in ("btree_gist", "unaccent"):
        _query(servers, f"CREATE EXTENSION {extension}")


def test_the_program_is_no_superuser_but_may_make_test_databases(servers: embedded.Embedded) -> None:
    assert _query(servers, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [(False, True)]


def test_settings_and_queue_understand_the_addresses(servers: embedded.Embedded) -> None:
    parsed = environ.Env.db_url_config(servers.database_url)
    assert (parsed["NAME"], parsed["USER"], parsed["OPTIONS"]["host"]) == (
        "fieldloop",
        "fieldloop",
        str(servers.socket_dir),
    )
    assert redis.Redis.from_url(servers.redis_url).ping()
    with Connection(servers.redis_url) as broker:
        broker.ensure_connection(max_retries=1)


def test_the_addresses_stay_the_same(servers: embedded.Embedded) -> None:
    again = embedded.Embedded(servers.home, fast=True)
    assert (again.database_url, again.redis_url) == (servers.database_url, servers.redis_url)


def test_valkey_asks_for_its_password(servers: embedded.Embedded) -> None:
    stranger = redis.Redis.from_url("redis://" + servers.redis_url.split("@")[1])
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_starting_twice_leaves_the_servers_alone(servers: embedded.Embedded) -> None:
    before = _query(servers, "SELECT pg_postmaster_start_time()")
    servers.start()
    assert _query(servers, "SELECT pg_postmaster_start_time()") == before


def test_data_survive_a_kill(place: Path) -> None:
    with running(embedded.at(place / "killed")) as servers:  # not fast: as in the demo
        _query(servers, "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(int((servers.home / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        servers.start()
        assert _query(servers, "SELECT answer FROM kept") == [(42,)]


def test_a_long_path_gets_its_socket_elsewhere(place: Path) -> None:
    with running(embedded.at(place / ("long" * 30), fast=True)) as servers:
        assert len(os.fsencode(servers.socket_dir / ".s.PGSQL.5432")) <= embedded.LONGEST_SOCKET_PATH
        assert _query(servers, "SELECT 1") == [(1,)]


def test_two_processes_may_start_at_once(place: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from config import embedded;"
        "embedded.at(Path(sys.argv[1]), fast=True).start()"
    )
    command = [sys.executable, "-c", program, str(place / "shared")]
    both = [subprocess.Popen(command, cwd=embedded.PROJECT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    with running(embedded.at(place / "shared", fast=True)) as servers:
        assert _query(servers, "SELECT 1") == [(1,)]


def test_stopping_waits_for_other_processes(servers: embedded.Embedded) -> None:
    program = (
        "import sys; from pathlib import Path; from config import embedded; embedded.Embedded(Path(sys.argv[1])).stop()"
    )
    subprocess.run([sys.executable, "-c", program, str(servers.home)], cwd=embedded.PROJECT, check=True)
    assert _query(servers, "SELECT 1") == [(1,)]


def test_a_place_nobody_may_write_to_is_said_in_a_sentence(place: Path) -> None:
    (place / "a file").touch()
    with pytest.raises(embedded.EmbeddedError, match="could not be used"):
        embedded.Embedded(place / "a file" / "below").start()


def test_data_of_another_account_are_said_in_a_sentence(place: Path) -> None:
    (place / "postgres").mkdir()
    (place / "socket").symlink_to(place)
    with pytest.raises(embedded.EmbeddedError, match="should belong to .* alone"):
        embedded.Embedded(place).start()
