"""The journal as a person reads it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from journal.models import Entry

STRETCH = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d)–(\d\d:\d\d)")  # as the journal keeps a planned time
Names = dict[tuple[type[models.Model], str], str]


@dataclass(frozen=True)
class Change:
    name: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """One entry: its subject, unless that is what the page is about, with its page if it has one; what changed."""

    entry: Entry
    subject: str
    url: str
    changes: list[Change]


@dataclass(frozen=True)
class Stretch:
    """Lines, newest first; `older` is the id before which to go on, None at the beginning of the story."""

    lines: list[Line]
    older: int | None


def read(
    entries: models.QuerySet[Entry], *, about: models.Model | None = None, limit: int = 30, before_id: int | None = None
) -> Stretch:
    """A few queries, however many entries: one for them, one for each kind of subject and of row named by its code."""
    entries = entries.select_related("actor").order_by("-id")
    if before_id:
        entries = entries.filter(pk__lt=before_id)
    found = list(entries[: limit + 1])
    shown = found[:limit]
    urls, names = _urls(shown), _names(shown)
    known = (about._meta.label_lower, about.pk) if about else None
    lines = []
    for entry in shown:
        subject = (entry.subject_type, entry.subject_id)
        label = "" if subject == known else entry.subject_label
        lines.append(Line(entry, label, urls.get(subject, ""), _changes(entry, names)))
    return Stretch(lines, shown[-1].pk if len(found) > limit else None)


def _urls(entries: list[Entry]) -> dict[tuple[str, int], str]:
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            ids[entry.subject_type].add(entry.subject_id)
    urls: dict[tuple[str, int], str] = {}
    for kind, wanted in ids.items():
        model = apps.get_model(kind)
        if hasattr(model, "get_absolute_url"):
            urls |= {(kind, row.pk): row.get_absolute_url() for row in model._base_manager.filter(pk__in=wanted)}
    return urls


def _names(entries: Iterable[Entry]) -> Names:
    """What the rows are called that entries name by their code."""
    codes: dict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        for name, pair in entry.changes.items():
            field = _field(entry, name)
            if field is not None and field.is_relation and hasattr(field.related_model, "code"):
                codes[field.related_model] |= {value for value in pair if isinstance(value, str)}
    names: Names = {}
    for model, wanted in codes.items():
        rows: Any = model._base_manager.filter(code__in=wanted)
        names |= {(model, row.code): str(row) for row in rows}
    return names


def _field(entry: Entry, name: str) -> Any:
    try:
        return apps.get_model(entry.subject_type)._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _changes(entry: Entry, names: Names) -> list[Change]:
    changes = []
    for name, (before, after) in entry.changes.items():
        field = _field(entry, name)
        if field is None:
            changes.append(Change(name, capfirst(_(name)), before, after))
        elif not (field.is_relation and isinstance(field.target_field, models.UUIDField)):
            # of a picture or recording the random id says nothing
            label = capfirst(str(getattr(field, "verbose_name", _(name))))
            changes.append(Change(name, label, _shown(field, before, names), _shown(field, after, names)))
    return changes


def stretch_in_words(stretch: str) -> str:
    """'2026-11-18 10:00–11:00' as the reader's language writes it; anything else as it is."""
    if found := STRETCH.fullmatch(stretch):
        return f"{date_format(datetime.fromisoformat(found[1]), 'SHORT_DATETIME_FORMAT')}–{found[2]}"
    return stretch


def _shown(field: Any, value: Any, names: Names) -> Any:
    """A stored value as the field would show it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = dict(getattr(field, "flatchoices", ()))
    if value in choices:
        return choices[value]
    if isinstance(value, str) and isinstance(field, models.DateTimeField):
        return parse_datetime(value) or value
    if isinstance(value, str) and isinstance(field, models.DateField):
        return parse_date(value) or value
    if isinstance(value, str):
        return names.get((field.related_model, value)) or stretch_in_words(value)
    return value
