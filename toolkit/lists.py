"""List pages are declarations: queryset + FilterSet + Table. Everything else about a list comes from here.

Filters, order, page and chosen columns all stand in the query string, so a link, a saved view and an export
show the same thing. Counting stops at COUNT_LIMIT: nobody pages through more, they filter.
"""

import itertools
from collections.abc import Iterator
from copy import copy
from datetime import datetime, tzinfo
from typing import Any

import django_filters
import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.template import Context
from django.template.base import render_value_in_context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from toolkit.errors import Refused
from toolkit.exports import harmless, write_csv, write_xlsx
from toolkit.views import Page

COUNT_LIMIT = 10_000
XLSX_LIMIT = 20_000
PAGE_SIZES = (25, 50, 100)


class SearchFilter(django_filters.CharFilter):
    """The search box of a list: calls the queryset's own search(text)."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label=kwargs.pop("label", gettext_lazy("Search")), **kwargs)

    def filter(self, queryset: models.QuerySet, value: str) -> models.QuerySet:
        return queryset.search(value) if value else queryset


class DayRangeFilter(django_filters.DateFromToRangeFilter):
    """Two native date inputs, each with its own name for screen readers; the last day counts as a whole."""

    def __init__(self, *args, **kwargs) -> None:
        widget = django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
        for part, label in zip(widget.widgets, (gettext_lazy("From"), gettext_lazy("Until")), strict=True):
            part.attrs["aria-label"] = label
        super().__init__(*args, widget=widget, **kwargs)


class FilterSet(django_filters.FilterSet):
    """Filters of a list; the `q` filter, if there is one, is the search box."""

    def get_form_class(self) -> type:
        """The filter fields stand outside the search form on the page: the `form` attribute ties them to it."""
        form_class = super().get_form_class()
        for field in form_class.base_fields.values():
            field.required = False
            for widget in getattr(field.widget, "widgets", [field.widget]):
                widget.attrs["form"] = "filters"
        return form_class

    @cached_property
    def active(self) -> list[str]:
        """Names of the filters that are set, the search box left out."""
        data = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        return [name for name, value in data.items() if name != "q" and value not in (None, "", [], slice(None))
                and not (isinstance(value, models.QuerySet) and not value.exists())]  # fmt: skip


class CappedPaginator(Paginator):
    """Counts no further than COUNT_LIMIT."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        while not isinstance(rows, models.QuerySet) and hasattr(rows, "data"):
            rows = rows.data  # a table's rows wrap its data, which wraps the queryset
        return rows.order_by()[: COUNT_LIMIT + 1].count() if isinstance(rows, models.QuerySet) else len(rows)

    def validate_number(self, number: Any) -> int:
        """Nonsense is the first page, what lies behind the last page is the last."""
        try:
            return super().validate_number(number)
        except PageNotAnInteger:
            return 1
        except EmptyPage:
            return self.num_pages

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_LIMIT


class DateTimeColumn(tables.Column):
    """As that of django-tables2, which compiles a template for each cell."""

    def render(self, value: datetime) -> str:
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


class Table(tables.Table):
    """Columns of a list. Columns in `Meta.hidden` are shown when chosen."""

    class Meta:
        attrs = {"class": "table table-vcenter card-table"}
        hidden: tuple[str, ...] = ()

    def body(self) -> SafeString:
        """The rows of the page. Cell by cell in the language of templates they would cost as much as all the rest."""
        as_shown = Context()
        opening, empty = '<td class="cell-{}" data-label="{}">', '<td class="cell-{}" data-label="{}" data-empty>'
        columns = [
            (each.name, format_html(opening, each.name, each.header), format_html(empty, each.name, each.header))
            for each in self.columns
        ]

        def cells(row: tables.rows.BoundRow) -> Iterator[tuple[str, str]]:
            for name, full, nothing in columns:
                cell = row.get_cell(name)
                yield (nothing, "–") if cell in ("–", "—") else (full, render_value_in_context(cell, as_shown))

        rows = ((format_html_join("", "{}{}</td>", cells(row)),) for row in self.paginated_rows)
        return format_html_join("", "<tr>{}</tr>", rows)


class ListPage(Page, TemplateView):
    """Subclasses give `name`, `title`, `rows()`, `filterset_class`, `table_class` and, if wanted, the rest."""

    template_name = "generic/list.html"
    name: str  # of the page: its URL name and the key of saved views
    filterset_class: type[FilterSet]
    table_class: type[Table]
    export_permission: str = ""
    create_url: str = ""  # URL name of the page that makes a new one
    create_permission: str = ""
    create_label: Any = ""
    empty_text: Any = gettext_lazy("Nothing here yet.")

    def rows(self) -> models.QuerySet:
        """What this person may see, e.g. Merchant.objects.visible_to(self.request.user).select_related(…)."""
        raise NotImplementedError

    @cached_property
    def filterset(self) -> FilterSet:
        return self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)

    @cached_property
    def chosen(self) -> list[str]:
        """Column names to show, in the order of the table."""
        every = list(self.table_class.base_columns)
        wanted = set(self.request.GET.get("columns", "").split(",")) & set(every)
        hidden = getattr(self.table_class.Meta, "hidden", ())
        return [name for name in every if name in wanted] if wanted else [n for n in every if n not in hidden]

    @classmethod
    def listed(cls, request: HttpRequest, query: str) -> models.QuerySet:
        """What the page lists for this person with this query string."""
        asked = copy(request)
        asked.GET = QueryDict(query)
        page = cls()
        page.setup(asked)
        filters = page.filterset.filters  # only what the query names: a home page lists a dozen, and a form is dear
        page.filterset.filters = {
            name: each for name, each in filters.items() if any(f"{key}_".startswith(f"{name}_") for key in asked.GET)
        }
        return page.filtered()

    @classmethod
    def counted(cls, request: HttpRequest, query: str) -> int:
        """How many that are, no further than COUNT_LIMIT + 1."""
        return CappedPaginator(cls.listed(request, query), 1).count

    def filtered(self) -> models.QuerySet:
        return self.filterset.qs if self.filterset.is_valid() else self.rows().none()

    def table(self) -> Table:
        every = self.table_class.base_columns
        table = self.table_class(
            self.filtered(),
            order_by=self.request.GET.get("sort", ()),
            exclude=[name for name in every if name not in self.chosen],
        )
        table.request = self.request  # as an argument it would make the table count and page by itself
        return table

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if request.GET.get("export"):
            return self.export(request.GET["export"])
        return super().get(request, *args, **kwargs)

    @property
    def is_partial(self) -> bool:
        """Only the rows are asked for: somebody filters."""
        return self.request.headers.get("HX-Target") == "list"

    def get_template_names(self) -> list[str]:
        return ["generic/list_rows.html"] if self.is_partial else [self.template_name]

    def get_context_data(self, **kwargs) -> dict:
        table = self.table()
        size = self.request.GET.get("size", "")
        size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0]
        table.paginate(page=self.request.GET.get("page", 1), per_page=size, paginator_class=CappedPaginator)
        user = self.request.user
        every = self.table_class(self.rows().none()).columns
        columns = [(column.name, column.header, column.name in self.chosen) for column in every]
        return super().get_context_data(
            table=table,
            filterset=self.filterset,
            columns=columns,
            page_sizes=PAGE_SIZES,
            can_export=bool(self.export_permission) and user.has_perm(self.export_permission),
            create_url=self.create_url if self.create_url and user.has_perm(self.create_permission) else "",
            create_label=self.create_label,
            empty_text=self.empty_text,
            page_name=self.name,
            is_partial=self.is_partial,
            **kwargs,
        )

    def export(self, kind: str) -> HttpResponse:
        if not (self.export_permission and self.request.user.has_perm(self.export_permission)):
            raise PermissionDenied
        table = self.table()
        columns = [
            column
            for column in table.columns.iterall()
            if column.name in self.chosen and not column.column.exclude_from_export
        ]
        heads = [str(column.header) for column in columns]
        rows = export_rows(table, columns, timezone.get_current_timezone())
        name = slugify(self.name)
        if kind == "xlsx":
            if self.filtered().order_by()[: XLSX_LIMIT + 1].count() > XLSX_LIMIT:
                raise Refused(_("More than %(limit)s rows: please filter, or take CSV.") % {"limit": f"{XLSX_LIMIT:,}"})
            return FileResponse(
                write_xlsx(self.get_title(), heads, rows),
                as_attachment=True,
                filename=f"{name}.xlsx",
            )
        response = StreamingHttpResponse(write_csv(heads, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response


def export_rows(table: Table, columns: list, zone: tzinfo, chunk: int = 2000) -> Iterator[list]:
    """The cells of every row, read in chunks so that memory stays flat; instants as they are in `zone`."""
    rows: Any = table.data.data
    iterator = rows.iterator(chunk_size=chunk) if isinstance(rows, models.QuerySet) else iter(rows)
    while batch := list(itertools.islice(iterator, chunk)):
        with timezone.override(zone):
            cells = [[harmless(cell(table, column, record)) for column in columns] for record in batch]
        yield from cells


def cell(table: Table, column: Any, record: Any) -> Any:
    """The value of a column without markup: `value_name` of the table if defined, else what the accessor finds."""
    bespoke = getattr(table, f"value_{column.name}", None)
    if bespoke is not None:
        return bespoke(record)
    value = column.accessor.resolve(record, quiet=True)
    if isinstance(value, models.Model):
        return str(value)
    display = getattr(record, f"get_{column.accessor}_display", None)
    return str(display()) if display else value
