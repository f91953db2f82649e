"""What a service report says, as data: the same work gives the same bytes, and the same SHA-256, on every machine."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Report = Mapping[str, Any]  # JSON only: what service_report.report_of makes, or what was kept of it
SCHEMA = 1


def canonical(report: Report) -> bytes:
    return json.dumps(report, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def sha256_of(report: Report) -> str:
    return hashlib.sha256(canonical(report)).hexdigest()


def sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """`part` is a key of the report, or "steps" with the step it is about; a side is None where it has nothing."""

    part: str
    before: Any
    after: Any


def differences(before: Report, after: Report) -> list[Difference]:
    """What changed from one report to another; nothing exactly when their hashes are equal."""
    names = [name for name in dict.fromkeys([*before, *after]) if name != "steps"]
    found = [
        Difference(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    ]
    old, new = ({each["step"]["key"]: each for each in report.get("steps", ())} for report in (before, after))
    keys = list(dict.fromkeys([*old, *new]))
    changed = [Difference("steps", old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]
    if not changed and list(old) != list(new):
        changed = [Difference("order of steps", list(old), list(new))]
    return found + changed
