"""What an order needs of whoever does it: copied from its type when it is opened, and added to by dispatchers."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class NeededSkill:
    id: int
    code: str
    name: str
    level: int

    def __str__(self) -> str:
        return f"{self.name} {self.level}"


@dataclass(frozen=True)
class NeededPart:
    id: int
    code: str
    name: str
    name_zh: str
    quantity: int

    @property
    def label(self) -> str:
        return in_this_language(self.name, self.name_zh)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.label}"


def in_this_language(name: str, name_zh: str) -> str:
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name


@dataclass(frozen=True)
class Needs:
    skills: tuple[NeededSkill, ...] = ()
    parts: tuple[NeededPart, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.skills or self.parts)
