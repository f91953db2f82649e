"""How well a visit is proven, from facts alone. Points say what there is to see; they judge nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Thresholds:
    """Points a part is worth, and from where it loses them."""

    fence_points: int = 25
    serial_points: int = 20
    camera_points: int = 20
    duplicates_points: int = 15
    speed_points: int = 10
    clock_points: int = 10
    code_points: int = 15
    fence_m: int = 200
    most_accuracy_m: int = 300
    fastest_kmh: int = 120
    most_skew_s: int = 120
    low_below: int = 60

    def allowed_m(self, accuracy_m: float | None) -> float:
        """How far away still counts as there. A phone that is not sure of its place gets some benefit of the doubt."""
        return self.fence_m + min(accuracy_m or 0, self.most_accuracy_m)


@dataclass(frozen=True)
class Facts:
    """None: not known, so the part does not count."""

    is_place_known: bool = True  # the merchant's
    distance_m: float | None = None  # at check-in
    accuracy_m: float | None = None
    scans: int = 0  # asked for by the checklist and given
    scans_on_site: int = 0  # of these a serial that belongs here, between arrival and completion
    photos: int = 0
    live_photos: int = 0  # by the live camera
    duplicates: int = 0  # photos that look like one of another visit
    speed_kmh: float | None = None  # from the visit before
    codes: int = 0  # photos in which the code of the visit should be seen
    codes_right: int = 0  # of these taken while that code was shown
    codes_missing: int = 0  # of those, where somebody looked and did not see it
    ahead_s: float | None = None  # how far the phone's clock ran ahead of ours


@dataclass(frozen=True)
class Part:
    """`most` is 0 where the part does not count; `facts` are the numbers of its sentence."""

    code: str
    points: int
    most: int
    facts: Mapping[str, Any] = field(default_factory=dict)


def speed_kmh(metres: float, time: timedelta) -> float:
    """From one visit to the next; less than a minute between them makes no speed."""
    return 3.6 * metres / max(time, timedelta(minutes=1)).total_seconds()


def parts_of(facts: Facts, limits: Thresholds) -> list[Part]:
    allowed_m = limits.allowed_m(facts.accuracy_m)
    away_m = facts.distance_m
    skew_s = facts.ahead_s
    return [
        _part(
            "fence", limits.fence_points if facts.is_place_known else 0,
            0.0 if away_m is None else 1.0 if away_m <= allowed_m else max(0.0, 1 - (away_m - allowed_m) / allowed_m),
            distance_m=None if away_m is None else round(away_m), allowed_m=round(allowed_m),
        ),
        _part(
            "serial", limits.serial_points if facts.scans else 0, _share(facts.scans_on_site, facts.scans),
            scans=facts.scans, on_site=facts.scans_on_site,
        ),
        _part(
            "camera", limits.camera_points if facts.photos else 0, _share(facts.live_photos, facts.photos),
            photos=facts.photos, live=facts.live_photos,
        ),
        _part(
            "duplicates", limits.duplicates_points if facts.photos else 0,
            1 - _share(facts.duplicates, facts.photos), photos=facts.photos, duplicates=facts.duplicates,
        ),
        _part(
            "speed", 0 if facts.speed_kmh is None else limits.speed_points,
            float((facts.speed_kmh or 0) <= limits.fastest_kmh),
            kmh=None if facts.speed_kmh is None else round(facts.speed_kmh), fastest=limits.fastest_kmh,
        ),
        _part(
            "code", limits.code_points if facts.codes else 0,
            _share(max(0, facts.codes_right - facts.codes_missing), facts.codes),
            codes=facts.codes, right=facts.codes_right, missing=facts.codes_missing,
        ),
        _part(
            "clock", 0 if skew_s is None else limits.clock_points, float((skew_s or 0) <= limits.most_skew_s),
            ahead_s=None if skew_s is None else round(skew_s), believed_s=limits.most_skew_s,
        ),
    ]  # fmt: skip


def _part(code: str, most: int, share: float, **facts: Any) -> Part:
    return Part(code, round(most * share), most, facts)


def _share(count: int, of: int) -> float:
    return min(count, of) / of if of else 0.0


def score_of(parts: list[Part]) -> int | None:
    """0 to 100, of what counts; None where nothing does."""
    most = sum(part.most for part in parts)
    return round(100 * sum(part.points for part in parts) / most) if most else None
