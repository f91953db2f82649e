import django_filters
import django_tables2 as tables
from django.db.models import Count, Max, Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from procedures.models import Procedure
from toolkit.lists import FilterSet, Table


class ProcedureFilter(FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))

    class Meta:
        model = Procedure
        fields = []


class ProcedureTable(Table):
    name = tables.Column()
    version = tables.Column(verbose_name=_("version"))
    published_at = tables.DateTimeColumn(verbose_name=_("published"))
    variants = tables.Column(accessor="variant_count", verbose_name=_("variants"))
    code = tables.Column()

    class Meta(Table.Meta):
        model = Procedure
        fields = ("name", "version", "published_at", "variants", "code")
        order_by = ("name",)

    def render_name(self, record: Procedure):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)


def listed_procedures() -> QuerySet[Procedure]:
    return Procedure.objects.annotate(
        version=Max("versions__number"),
        published_at=Max("versions__published_at"),
        variant_count=Count("variants", filter=Q(variants__is_active=True), distinct=True),
    )
