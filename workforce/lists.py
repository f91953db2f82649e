import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from toolkit.lists import FilterSet, SearchFilter, Table
from workforce.models import Region, Skill, User
from workforce.roles import Role


def region_filter() -> django_filters.ModelChoiceFilter:
    """Rows of a region and everything below it; offers the regions the person may see."""

    def within(queryset, name, region):
        return queryset.filter(region__in=Region.objects.within(region).values("pk")) if region else queryset

    return django_filters.ModelChoiceFilter(
        label=_("Region"),
        method=within,
        queryset=lambda request: Region.objects.visible_to(request.user) if request else Region.objects.none(),
    )


class PersonFilter(FilterSet):
    q = SearchFilter(label=_("Name, user name or mail address"))
    role = django_filters.ChoiceFilter(choices=Role.choices, label=_("Role"))
    region = region_filter()
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
    email = tables.Column()
    is_active = tables.Column(verbose_name=_("active"))
    date_joined = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = User
        fields = ("name", "username", "role", "region", "email", "is_active", "date_joined")
        hidden = ("email", "date_joined")
        order_by = "name"

    def render_name(self, record: User):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: User) -> str:
        return record.name

    def render_is_active(self, value: bool):
        return _("Yes") if value else format_html('<span class="badge bg-red-lt">{}</span>', _("No"))
