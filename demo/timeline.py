"""What happens when: lives that run side by side, each step at its own instant, all in the order of time."""

import heapq
from collections.abc import Callable, Generator
from datetime import datetime
from itertools import count

Life = Generator[datetime, None, None]  # yields when it wants to go on


class Timeline:
    def __init__(self) -> None:
        self.now: datetime | None = None
        self._waiting: list[tuple[datetime, int, Callable[[], datetime | None]]] = []
        self._order = count()

    def at(self, when: datetime, event: Callable[[datetime], Life | None]) -> None:
        """`event` happens at that instant, or now if that is over; it may begin a life."""

        def begin() -> datetime | None:
            life = event(self.now)
            if life is None:
                return None
            self._push(self.now, lambda: next(life, None))
            return None

        self._push(when, begin)

    def run(self, until: datetime) -> None:
        """Everything before `until`."""
        while self._waiting and self._waiting[0][0] < until:
            when, _order, step = heapq.heappop(self._waiting)
            self.now = when
            wanted = step()
            if wanted is not None:
                self._push(wanted, step)

    def _push(self, when: datetime, step: Callable[[], datetime | None]) -> None:
        if self.now is not None and when < self.now:
            when = self.now
        heapq.heappush(self._waiting, (when, next(self._order), step))
