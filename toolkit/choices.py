"""Choosing one row among very many: a select whose options come from a search page as the person types.

The page answers [{value, text}] to ?q=…; static/js/select.js asks it. Only what is chosen stands in the HTML.
"""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy
from django.views.generic import View

from toolkit.views import Page

MOST_CHOICES = 20


class SearchSelect(forms.Select):
    def optgroups(self, name: str, value: list[str], attrs: dict | None = None) -> list:
        chosen = [key for key in value if key]
        field = self.choices.field
        rows = field.queryset.filter(**{f"{field.to_field_name}__in": chosen}) if chosen else []
        options = [(field.prepare_value(row), field.label_from_instance(row)) for row in rows]
        if getattr(field, "null_label", None):  # of a filter: the rows without one
            options.insert(0, (field.null_value, field.null_label))
        if not self.allow_multiple_selected:
            options.insert(0, ("", field.empty_label or ""))
        return [
            (None, [self.create_option(name, key, label, key in value or not (key or chosen), index)], index)
            for index, (key, label) in enumerate(options)
        ]  # fmt: skip


class SearchSelectMultiple(SearchSelect, forms.SelectMultiple):
    pass


class SearchField(forms.ModelChoiceField):
    """One row of `queryset`, named by its human number; `url_name` is a ChoicePage over the same rows."""

    widget = SearchSelect

    def __init__(self, queryset: models.QuerySet, *, url_name: str, key: str = "number", **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name=key, **{"empty_label": "", **kwargs})
        self.widget.attrs |= {"data-search": reverse_lazy(url_name), "placeholder": gettext_lazy("Type to search")}


class SearchManyField(forms.ModelMultipleChoiceField):
    """Any number of rows of `queryset`, as in SearchField."""

    widget = SearchSelectMultiple

    def __init__(self, queryset: models.QuerySet, *, url_name: str, key: str = "number", **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name=key, **kwargs)
        self.widget.attrs |= {"data-search": reverse_lazy(url_name), "placeholder": gettext_lazy("Type to search")}


class ChoicePage(Page, View):
    """Up to 20 rows that fit what is typed, the newest while nothing is."""

    def rows(self) -> models.QuerySet:
        """What the person may choose among; its search(text) finds."""
        raise NotImplementedError

    def choice(self, row: Any) -> tuple[str, str]:
        """Its human number, and the line the person reads."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> JsonResponse:
        typed = request.GET.get("q", "").strip()
        rows = self.rows().search(typed) if typed else self.rows()
        choices = [self.choice(row) for row in rows[:MOST_CHOICES]]
        return JsonResponse([{"value": value, "text": text} for value, text in choices], safe=False)
