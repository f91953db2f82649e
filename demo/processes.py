"""Programs that run beside the demo's command: each in a group of its own, each with a log."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

STOP_TIMEOUT_S = 5
RESTARTS = 3  # within RESTART_WINDOW_S; after that it is given up
RESTART_WINDOW_S = 60
PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.environment,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def obituary(self) -> str:
        code = self.process.returncode if self.process else None
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return f"The {self.name} stopped with code {code}. Its last lines in {self.log}:\n  " + "\n  ".join(lines)

    @property
    def is_hopeless(self) -> bool:
        return sum(start > time.monotonic() - RESTART_WINDOW_S for start in self.starts) > RESTARTS


def stop_all(programs: list[Program]) -> None:
    """Asks all of them, then kills what has not ended in STOP_TIMEOUT_S, children included."""
    processes = [program.process for program in programs if program.process]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _die_with_parent() -> None:
    """Even a killed demo leaves nothing behind that would hold its port."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
