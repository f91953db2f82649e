"""Runs the worlds side by side: in this process, or each in one of its own."""

import gc
import multiprocessing
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait

from django.db import connection, transaction
from django.urls import get_resolver

from demo.world import World

DAY = timedelta(days=1)
AHEAD = timedelta(days=4)  # a world may be so far ahead of the others, so that the log is in the order of time
FAR_AHEAD = timedelta(days=60)  # before the year with orders
Boundary = Callable[[datetime], None]
Progress = Callable[[int], None]
Beside = Callable[[Callable[[], None]], AbstractContextManager[None]]


class BuildFailed(Exception):
    """With the traceback of the process that failed."""


@dataclass(frozen=True)
class Aside:
    """What goes on beside the worlds, step by step, from the boundary `since` on, with rows of its own."""

    since: datetime
    steps: Iterator[None]


def drive_here(
    worlds: list[World], boundaries: list[datetime], at_boundary: Boundary, progress: Progress, aside: Aside
) -> None:
    for boundary in boundaries:
        with transaction.atomic(), without_savepoints():
            for until in _strides(worlds[0], boundary):
                for world in worlds:
                    world.timeline.run(until)
                progress(sum(world.steps_done for world in worlds))
        at_boundary(boundary)
        if boundary >= aside.since:
            deque(aside.steps, maxlen=0)


def drive_apart(
    worlds: list[World], boundaries: list[datetime], at_boundary: Boundary, progress: Progress, aside: Aside
) -> None:
    """Every world in its own process; they wait for each other at each boundary."""
    get_resolver().url_patterns  # noqa: B018 - imported once, before there are two
    connection.close()
    connection.close_pool()
    fork = multiprocessing.get_context("fork")
    clocks, steps = fork.Array("d", len(worlds)), fork.Array("L", len(worlds))
    pipes, processes = [], []
    for number in range(len(worlds)):
        here, there = fork.Pipe()
        pipes.append(here)
        process = fork.Process(target=_run, args=(worlds, number, boundaries, clocks, steps, there, pipes), daemon=True)
        process.start()
        there.close()
        processes.append(process)
    try:
        for boundary in boundaries:
            arrived: set[Connection] = set()
            while len(arrived) < len(pipes):
                for pipe in wait([pipe for pipe in pipes if pipe not in arrived], timeout=0.2):
                    _hear(pipe)
                    arrived.add(pipe)
                if boundary > aside.since:
                    next(aside.steps, None)
                progress(sum(steps))
            at_boundary(boundary)
            for pipe in pipes:
                pipe.send("go on")
        deque(aside.steps, maxlen=0)
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.terminate()


def _hear(pipe: Connection) -> None:
    try:
        failure = pipe.recv()
    except EOFError:
        failure = "A process ended without a word: it may have been killed for lack of memory."
    if failure:
        raise BuildFailed(failure)


@contextmanager
def before(task: Callable[[], None]) -> Iterator[None]:
    """First the task, then what follows."""
    with transaction.atomic(), without_savepoints(), without_collecting():
        task()
    yield


@contextmanager
def beside(task: Callable[[], None]) -> Iterator[None]:
    """The task in a process of its own, while what follows is done here; the two share no row."""
    connection.close()
    connection.close_pool()
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    process = fork.Process(target=_carry_out, args=(task, there, here), daemon=True)
    process.start()
    there.close()
    try:
        yield
        _hear(here)
        process.join()
    finally:
        process.terminate()


def _carry_out(task: Callable[[], None], pipe: Connection, other: Connection) -> None:
    with _in_a_child(pipe, [other]):
        with transaction.atomic(), without_savepoints():
            task()
        pipe.send("")


def _run(
    worlds: list[World],
    number: int,
    boundaries: list[datetime],
    clocks,
    steps,
    pipe: Connection,
    others: list[Connection],
) -> None:
    world = worlds[number]
    with _in_a_child(pipe, others):
        for boundary in boundaries:
            with transaction.atomic(), without_savepoints():
                for until in _strides(world, boundary):
                    world.timeline.run(until)
                    steps[number], clocks[number] = world.steps_done, until.timestamp()
                    lead = FAR_AHEAD if until < world.setting.begin else AHEAD
                    while until.timestamp() - min(clocks) > lead.total_seconds():
                        time.sleep(0.002)
            pipe.send("")
            pipe.recv()


@contextmanager
def _in_a_child(pipe: Connection, others: list[Connection]) -> Iterator[None]:
    """Ends when the first process is gone, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()
    gc.freeze()
    gc.disable()  # see without_collecting()
    connection.connection = None  # one that was opened before belongs to the first process, and to no two
    try:
        tune_connection()
        yield
    except EOFError:
        raise SystemExit(1) from None
    except Exception:  # noqa: BLE001 - the parent shows it and ends the building
        pipe.send(traceback.format_exc())
        raise SystemExit(1) from None
    finally:
        connection.close()


def _strides(world: World, boundary: datetime) -> Iterator[datetime]:
    until = world.timeline.now or world.setting.founded
    while until < boundary:
        until = min(until + (DAY if until >= world.setting.begin else 10 * DAY), boundary)
        yield until


def tune_connection() -> None:
    """Plans are kept, since the same few statements come again and again; a lost second after a crash is no loss."""
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    connection.settings_dict["OPTIONS"] = options | {"server_side_binding": True, "prepare_threshold": 3}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET jit = off")


@contextmanager
def without_savepoints() -> Iterator[None]:
    """A third of all statements: the builder asks for nothing that could be refused, and fails as a whole."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = True


@contextmanager
def without_collecting() -> Iterator[None]:
    """A seventh of the time, and what the garbage collector would free is little."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
