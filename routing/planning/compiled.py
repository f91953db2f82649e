"""Numba, with its cache where the project may write and never older than the code it was made from."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable)
COMPILED = ("arrays", "compiled", "timing", "rows", "insertion", "search")
HERE = Path(__file__).resolve().parent


def _cache_directory() -> Path:
    """Numba notices a change of a function, not of what that function calls: so one directory per state of the code."""
    digest = sha256(b"".join((HERE / f"{name}.py").read_bytes() for name in COMPILED)).hexdigest()[:12]
    return HERE.parent.parent / "build" / "numba" / digest


def _may_write(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK)


if "NUMBA_CACHE_DIR" not in os.environ and _may_write(_cache_directory()):
    os.environ["NUMBA_CACHE_DIR"] = str(_cache_directory())
IS_CACHED = "NUMBA_CACHE_DIR" in os.environ

import numba
from numba import boolean, float64, int32, int64, uint64

# What an argument is, by its name, so that each function is compiled once: whatever else would be guessed several
# ways. Integers where nothing is said.
TYPES = (
    dict.fromkeys(
        ["travel", "back", "node", "person", "needs", "carried", "stock", "near", "used", "spot", "best", "times"],
        int32[:, ::1],
    )
    | dict.fromkeys(["who", "starts", "trial", "seq", "touched", "absent", "todo", "order", "warm"], int32[::1])
    | dict.fromkeys(["price", "cost", "memo_cost"], float64[:, ::1])
    | dict.fromkeys(["weight", "key", "amount"], float64[::1])
    | dict.fromkeys(["row", "own"], int64[:, ::1])
    | dict.fromkeys(["limit", "origin", "step", "hot", "cold", "removals", "busy", "ramp"], float64)
    | dict.fromkeys(["is_end", "is_easy", "is_noisy", "is_accepted"], boolean)
    | {"may": boolean[:, ::1], "line": int32[:, :, ::1], "memo": int64[:, :, ::1], "random": uint64[::1]}
)


def compiled(function: F) -> F:
    return _compiled(function, {"no_cfunc_wrapper": True})


def inner(function: F) -> F:
    """What only compiled code calls costs less to compile."""
    return _compiled(function, {"no_cfunc_wrapper": True, "no_cpython_wrapper": True})


def _compiled(function: F, options: dict[str, Any]) -> F:
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    signature = tuple(TYPES.get(name, int64) for name in arguments)
    # Nothing is allocated, so no references are counted (`_nrt`): that took more than a third of the search.
    options |= {"nogil": True, "cache": IS_CACHED, "error_model": "numpy", "_nrt": False}
    with _alone():
        return cast(F, numba.njit([signature], **options)(function))


@contextmanager
def _alone() -> Iterator[None]:
    """Of processes that start together on a new machine one compiles each function, the others read what it has kept."""
    if not IS_CACHED:
        yield
        return
    cache = Path(os.environ["NUMBA_CACHE_DIR"])
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
