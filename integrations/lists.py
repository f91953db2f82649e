import django_filters
import django_tables2 as tables
from django.utils.html import format_html

from integrations.models import Import
from toolkit.lists import FilterSet, Table
from toolkit.templatetags.toolkit import status_badge


class ImportFilter(FilterSet):
    kind = django_filters.ChoiceFilter(choices=Import.Kind.choices)
    status = django_filters.ChoiceFilter(choices=Import.Status.choices)

    class Meta:
        model = Import
        fields: list = []


class ImportTable(Table):
    number = tables.Column()
    kind = tables.Column()
    filename = tables.Column()
    status = tables.Column()
    total = tables.Column()
    created = tables.Column()
    updated = tables.Column()
    failed = tables.Column()
    created_by = tables.Column()
    created_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = Import
        fields = (
            "number",
            "kind",
            "filename",
            "status",
            "total",
            "created",
            "updated",
            "failed",
            "created_by",
            "created_at",
        )
        order_by = "-created_at"

    def render_number(self, record: Import):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: Import) -> str:
        return record.number

    def render_status(self, record: Import):
        return status_badge(record.status, record.get_status_display())
