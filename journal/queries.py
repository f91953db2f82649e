"""The journal as a person reads it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from journal.models import Entry


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
    """A few queries, however many entries: one for them and one for each kind of subject among them."""
    entries = entries.select_related("actor").order_by("-id")
    if before_id:
        entries = entries.filter(pk__lt=before_id)
    found = list(entries[: limit + 1])
    shown = found[:limit]
    urls = _urls(shown)
    known = (about._meta.label_lower, about.pk) if about else None
    lines = []
    for entry in shown:
        subject = (entry.subject_type, entry.subject_id)
        label = "" if subject == known else entry.subject_label
        lines.append(Line(entry, label, urls.get(subject, ""), _changes(entry)))
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


def _changes(entry: Entry) -> list[Change]:
    model = apps.get_model(entry.subject_type)
    changes = []
    for name, (before, after) in entry.changes.items():
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            changes.append(Change(name, capfirst(_(name)), before, after))
        else:
            if field.is_relation and isinstance(field.target_field, models.UUIDField):
                continue  # a picture or recording: its random id says nothing
            label = capfirst(str(getattr(field, "verbose_name", _(name))))
            changes.append(Change(name, label, _shown(field, before), _shown(field, after)))
    return changes


def _shown(field: models.Field, value: Any) -> Any:
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
    return value
