"""The day a plan is about: its regions, its clock, and what is left out of the plan."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dispatch.plans.models import DayPlan
from dispatch.slots import WHOLE_S
from workforce.models import Region

Row = dict[str, Any]


class LeftOut(NamedTuple):
    """A row that is not planned with: `code` is one of plans.words.LEFT_OUT; `url_name` leads to where it is mended."""

    kind: str  # person or order
    label: str
    code: str
    url_name: str
    number: str


class Kind(NamedTuple):
    """Who is alike when it comes to where and what somebody may work."""

    region: int
    organisation: int | None

    @property
    def key(self) -> str:
        return f"{self.region}/{self.organisation or ''}"


@dataclass(frozen=True)
class Day:
    """Seen from `at`. Seconds count from the midnight it begins with, in the region of the plan."""

    plan: DayPlan
    at: datetime
    left_out: list[LeftOut] = field(default_factory=list)

    @cached_property
    def regions(self) -> dict[int, Region]:
        return {region.pk: region for region in Region.objects.within(self.plan.region)}

    @cached_property
    def begins(self) -> datetime:
        return self.plan.midnight

    @cached_property
    def ends(self) -> datetime:
        following = self.plan.on + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.begins.tzinfo)

    @cached_property
    def now_s(self) -> int:
        return ceil(self.seconds(self.at) / WHOLE_S) * WHOLE_S

    @property
    def is_today(self) -> bool:
        return self.begins <= self.at < self.ends

    def seconds(self, instant: datetime) -> int:
        return round(instant.timestamp() - self.begins.timestamp())

    def local(self, clock: time, zone: ZoneInfo) -> int:
        return self.seconds(datetime.combine(self.plan.on, clock, tzinfo=zone))

    def clock(self, text: str, zone: ZoneInfo) -> int:
        """Of "09:00", and of "24:00"."""
        return self.seconds(self.ends) if text == "24:00" else self.local(time.fromisoformat(text), zone)

    def leave_out(self, kind: str, label: str, code: str, url_name: str, number: str) -> None:
        self.left_out.append(LeftOut(kind, label, code, url_name, number))
