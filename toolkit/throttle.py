"""Token buckets in Redis, shared by all processes; for as long as Redis is away, one set of buckets per process.

A bucket is kept as the one instant at which it will be full again, which says as much as a count and a time. Keys are
stored under the index key, since phone numbers and addresses are among them.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import ceil
from threading import Lock

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from toolkit.secrets import blind_index

logger = logging.getLogger(__name__)

ANSWER_WITHIN_S = 0.25
ASK_AGAIN_AFTER_S = 5
MOST_LOCAL_BUCKETS = 10_000

# Returns 0, or the seconds to wait. Numbers are turned into text by hand: Lua would round instants to 14 digits.
TAKE = """
local now = tonumber(ARGV[3])
if now == nil then
  local clock = redis.call('TIME')
  now = clock[1] + clock[2] / 1000000
end
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
local wait = full_at - interval * burst - now
if wait > 0.000001 then
  return string.format('%.6f', wait)
end
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1000)
return '0'
"""


@dataclass(frozen=True)
class Wait:
    seconds: int  # until the next token, rounded up: fit for Retry-After


def take(key: str, rate_per_minute: float, burst: int, now: datetime | None = None) -> Wait | None:
    """One token of the bucket `key`, or how long to wait. None means: go on."""
    interval = 60 / rate_per_minute
    instant = now.timestamp() if now else None
    name = blind_index(key, "throttle")
    wait = _take_shared(name, interval, burst, instant)
    if wait is None:
        wait = _local.take(name, interval, burst, time.time() if instant is None else instant)
    return Wait(ceil(wait)) if wait > 0 else None


class _Shared:
    """The connection to one Redis, and whether it is worth asking."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_WITHIN_S,
            socket_timeout=ANSWER_WITHIN_S,
            retry=Retry(NoBackoff(), 1),  # once, for a connection that was cut while it lay idle
        )
        self.script = client.register_script(TAKE)
        self.ask_again_at = 0.0
        self.is_away = False


@lru_cache(maxsize=4)
def _shared(url: str) -> _Shared:
    return _Shared(url)


def _take_shared(name: str, interval: float, burst: int, now: float | None) -> float | None:
    """Seconds to wait; None when Redis does not answer."""
    shared = _shared(settings.REDIS_URL)
    if time.monotonic() < shared.ask_again_at:
        return None
    try:
        answer = shared.script(keys=[f"throttle:{name}"], args=[interval, burst, "" if now is None else f"{now:.6f}"])
    except redis.RedisError:
        shared.ask_again_at = time.monotonic() + ASK_AGAIN_AFTER_S
        if not shared.is_away:
            logger.warning("Redis does not answer: each process throttles for itself until it does.", exc_info=True)
        shared.is_away = True
        return None
    shared.is_away = False
    return float(answer)


class _Local:
    """The same buckets in this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.full_at: dict[str, float] = {}

    def take(self, name: str, interval: float, burst: int, now: float) -> float:
        with self.lock:
            if len(self.full_at) >= MOST_LOCAL_BUCKETS:
                self.full_at = {other: full_at for other, full_at in self.full_at.items() if full_at > now}
            if len(self.full_at) >= MOST_LOCAL_BUCKETS:
                self.full_at.clear()  # rather let somebody through than grow without end
            full_at = max(self.full_at.get(name, 0), now) + interval
            wait = full_at - interval * burst - now
            if wait <= 0.000001:
                self.full_at[name] = full_at
                return 0
            return wait


_local = _Local()
