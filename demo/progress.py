"""A bar on a terminal, a line every tenth otherwise."""

import time
from typing import TextIO

WIDTH = 40


class Bar:
    def __init__(self, out: TextIO, total: int, label: str) -> None:
        self.out, self.total, self.label = (out, max(total, 1), label)
        self.is_live = out.isatty()
        self.started = time.monotonic()
        self.shown = -1

    def show(self, done: int) -> None:
        share = min(done / self.total, 0.99)
        mark = int(share * (100 if self.is_live else 10))
        if mark == self.shown:
            return
        self.shown = mark
        if self.is_live:
            filled = int(share * WIDTH)
            self.out.write(f"\r{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}", ending="")
            self.out.flush()
        else:
            self.out.write(f"{self.label}: {share:.0%}, {time.monotonic() - self.started:.0f} s")

    def finish(self) -> None:
        if self.is_live:
            self.out.write(f"\r{self.label} [{'#' * WIDTH}] 100%")
