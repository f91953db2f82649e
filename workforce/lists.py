from datetime import date

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from toolkit.lists import FilterSet, SearchFilter, Table
from workforce.models import Organisation, Region, Skill, User
from workforce.roles import Role


def region_filter(field: str = "region") -> django_filters.ModelChoiceFilter:
    """Rows of a region and everything below it; offers the regions the person may see."""

    def within(queryset, name, region):
        return queryset.filter(**{f"{field}__in": Region.objects.within(region).values("pk")}) if region else queryset

    return django_filters.ModelChoiceFilter(
        label=_("Region"),
        method=within,
        queryset=lambda request: Region.objects.visible_to(request.user) if request else Region.objects.none(),
    )


class PersonFilter(FilterSet):
    q = SearchFilter(label=_("Name, user name or mail address"))
    role = django_filters.ChoiceFilter(choices=Role.choices, label=_("Role"))
    region = region_filter()
    organisation = django_filters.ModelChoiceFilter(
        queryset=lambda request: (
            Organisation.objects.visible_to(request.user) if request else Organisation.objects.none()
        ),
        to_field_name="code",
        label=_("Organisation"),
    )
    skill = django_filters.ModelChoiceFilter(field_name="skills__skill", queryset=Skill.objects.all(), label=_("Skill"))
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = User
        fields = []


class PersonTable(Table):
    name = tables.Column()
    username = tables.Column()
    role = tables.Column()
    region = tables.Column(order_by=("region__path",))
    organisation = tables.Column(order_by=("organisation__name",))
    email = tables.Column()
    is_active = tables.Column(verbose_name=_("active"))
    date_joined = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = User
        fields = ("name", "username", "role", "region", "organisation", "email", "is_active", "date_joined")
        hidden = ("email", "date_joined")
        order_by = "name"

    def render_name(self, record: User):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: User) -> str:
        return record.name

    def render_is_active(self, value: bool):
        return _("Yes") if value else format_html('<span class="badge bg-red-lt">{}</span>', _("No"))


class OrganisationFilter(FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))

    class Meta:
        model = Organisation
        fields = []


class OrganisationTable(Table):
    """`editable`: keys of those the person may change."""

    editable: frozenset[int] = frozenset()
    name = tables.Column()
    order_types = tables.Column(verbose_name=_("May do"), orderable=False, empty_values=())
    regions = tables.Column(orderable=False, empty_values=())
    ends_on = tables.Column()
    people_count = tables.Column(verbose_name=_("People"))
    code = tables.Column()

    class Meta(Table.Meta):
        model = Organisation
        fields = ("name", "order_types", "regions", "ends_on", "people_count", "code")
        hidden = ("code",)

    def render_name(self, record: Organisation):
        if record.pk not in self.editable:
            return record.name
        return format_html('<a href="{}">{}</a>', reverse("office:organisation-edit", args=[record.code]), record.name)

    def value_name(self, record: Organisation) -> str:
        return record.name

    def render_people_count(self, value: int, record: Organisation):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def render_ends_on(self, value: date):
        text = date_format(value, "SHORT_DATE_FORMAT")
        if value >= timezone.localdate():
            return text
        return format_html('<span class="badge bg-red-lt">{} {}</span>', _("ended"), text)

    def value_ends_on(self, record: Organisation) -> date | None:
        return record.ends_on

    def render_order_types(self, record: Organisation) -> str:
        return ", ".join(map(str, record.order_types.all()))

    def value_order_types(self, record: Organisation) -> str:
        return self.render_order_types(record)

    def render_regions(self, record: Organisation) -> str:
        return ", ".join(map(str, record.regions.all()))

    def value_regions(self, record: Organisation) -> str:
        return self.render_regions(record)
