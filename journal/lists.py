import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from toolkit.lists import FilterSet, Table


class EntryFilter(FilterSet):
    actor = django_filters.CharFilter(field_name="actor__username", label=_("User name"))
    verb = django_filters.CharFilter(label=_("What, e.g. workorders.arrive"))
    subject_label = django_filters.CharFilter(label=_("Subject"))
    at = django_filters.DateFromToRangeFilter(
        label=_("Day"), widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    )

    class Meta:
        model = Entry
        fields: list = []


class EntryTable(Table):
    at = tables.DateTimeColumn()
    actor = tables.Column(orderable=False)
    sentence = tables.Column(verbose_name=_("what"), orderable=False, accessor="sentence")
    subject_label = tables.Column(orderable=False)
    note = tables.Column(orderable=False)
    verb = tables.Column(verbose_name=_("name of the action"), orderable=False)
    device_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = Entry
        fields = ("at", "actor", "sentence", "subject_label", "note", "verb", "device_at")
        hidden = ("verb", "device_at")
