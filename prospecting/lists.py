import django_filters
import django_tables2 as tables
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.models import Trade
from prospecting.funnel import Step, reached, worked_by
from prospecting.lifecycle import LeadStatus, Stage
from prospecting.models import Campaign, Cell, Lead, Opportunity, ProspectingTask, Visit
from toolkit.choices import SearchSelect
from toolkit.lists import DateTimeColumn, DayRangeFilter, FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import status_badge
from workforce.lists import region_filter
from workforce.models import Region, User
from workforce.roles import Role

DOUBTFUL = 60  # points of authenticity; fewer are looked at
COLD, WARM = ("secondary", "azure", "yellow", "orange", "red"), 4


def intention_badge(lead: Lead):
    if lead.intention is None:
        return "–"
    return format_html('<span class="badge bg-{}-lt">{}</span>', COLD[lead.intention - 1], lead.get_intention_display())


class ProspectorFilter(django_filters.ModelChoiceFilter):
    """By user name; the prospectors to choose among come as one types, those who have left too."""

    def __init__(self, **kwargs) -> None:
        kwargs["widget"] = SearchSelect(attrs={"data-search": reverse_lazy("office:prospector-search-all")})
        super().__init__(queryset=_prospectors, to_field_name="username", **kwargs)


def _prospectors(request):
    return User.objects.visible_to(request.user).filter(role=Role.PROSPECTOR) if request else User.objects.none()


def _campaigns(request):
    return Campaign.objects.visible_to(request.user) if request else Campaign.objects.none()


def _campaign_filter(field: str = "campaign") -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        field_name=field, queryset=_campaigns, to_field_name="number", null_label=gettext_lazy("No campaign"),
        label=gettext_lazy("Campaign"),
    )  # fmt: skip


class FunnelFilter(FilterSet):
    """What the funnel and the list of its rows are narrowed down by."""

    region = region_filter()
    person = ProspectorFilter(
        null_label=gettext_lazy("Nobody"), method="filter_person",
        label=gettext_lazy("Visited last by, or claimed by"),
    )  # fmt: skip
    campaign = _campaign_filter()
    created = DayRangeFilter(field_name="created_at", label=gettext_lazy("Created"))

    class Meta:
        model = Lead
        fields = ()

    def filter_person(self, queryset, name: str, person: User | str | None):
        return queryset if person is None else worked_by(queryset, None if person == "null" else person)


class LeadFilter(FunnelFilter):
    q = SearchFilter(label=gettext_lazy("Name, address, number or phone"))
    reached = django_filters.ChoiceFilter(
        choices=Step.choices, method=lambda queryset, name, step: reached(queryset, step),
        label=gettext_lazy("Came as far as"),
    )  # fmt: skip
    status = django_filters.MultipleChoiceFilter(
        choices=LeadStatus.choices, label=gettext_lazy("Status"), distinct=False
    )
    intention = django_filters.MultipleChoiceFilter(
        choices=Lead.Intention.choices, label=gettext_lazy("Intention"), distinct=False
    )
    source = django_filters.MultipleChoiceFilter(
        choices=Lead.Source.choices, label=gettext_lazy("Source"), distinct=False
    )
    region_itself = django_filters.ModelChoiceFilter(
        field_name="region",
        queryset=lambda request: Region.objects.visible_to(request.user) if request else Region.objects.none(),
        label=gettext_lazy("Region, without those below it"),
    )
    cell = django_filters.ModelChoiceFilter(
        queryset=lambda request: Cell.objects.visible_to(request.user).standing() if request else Cell.objects.none(),
        to_field_name="number",
        null_label=gettext_lazy("Outside of every cell"),
        label=gettext_lazy("Cell"),
        widget=SearchSelect(attrs={"data-search": reverse_lazy("office:cell-search")}),
    )
    trade = django_filters.ModelChoiceFilter(queryset=Trade.objects.all(), label=gettext_lazy("Trade"))
    owner = ProspectorFilter(label=gettext_lazy("Owner"))
    pool = django_filters.BooleanFilter(method="filter_pool", label=gettext_lazy("In the pool of leads"))
    claimed_until = DayRangeFilter(label=gettext_lazy("The claim lapses"))

    def filter_pool(self, queryset, name: str, is_in: bool):
        return queryset.in_pool() if is_in else queryset.exclude(cell=None, owner=None)


class LeadTable(Table):
    number = tables.Column()
    name = tables.Column(orderable=False)
    source = tables.Column(orderable=False)
    status = tables.Column(orderable=False)
    intention = tables.Column(orderable=False)
    trade = tables.Column(orderable=False)
    cell = tables.Column(orderable=False)
    owner = tables.Column(orderable=False)
    visits_count = tables.Column(orderable=False)
    last_visited_at = DateTimeColumn(orderable=False)
    next_step_on = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    address = tables.Column(orderable=False)
    campaign = tables.Column(orderable=False)
    created_at = DateTimeColumn(order_by=("id",))

    class Meta(Table.Meta):
        model = Lead
        fields = (
            "number", "name", "source", "status", "intention", "trade", "cell", "owner", "visits_count", "last_visited_at",
            "next_step_on", "region", "address", "campaign", "created_at",
        )  # fmt: skip
        hidden = ("region", "address", "campaign", "created_at", "trade")
        order_by = "-created_at"

    def render_name(self, record: Lead):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: Lead) -> str:
        return record.name

    def render_status(self, record: Lead):
        return status_badge(record.status, record.get_status_display())

    def value_status(self, record: Lead) -> str:
        return record.get_status_display()

    def render_intention(self, record: Lead):
        return intention_badge(record)

    def value_intention(self, record: Lead) -> str:
        return record.get_intention_display() if record.intention else ""


class OpportunityFilter(FilterSet):
    q = django_filters.CharFilter(field_name="lead__name", lookup_expr="icontains", label=gettext_lazy("Name"))
    stage = django_filters.MultipleChoiceFilter(choices=Stage.choices, label=gettext_lazy("Stage"))
    region = region_filter()
    owner = ProspectorFilter(label=gettext_lazy("Owner"))
    created = DayRangeFilter(field_name="created_at", label=gettext_lazy("Created"))

    class Meta:
        model = Opportunity
        fields = ()


class OpportunityTable(Table):
    number = tables.Column()
    lead = tables.Column(orderable=False)
    stage = tables.Column(orderable=False)
    stage_since = DateTimeColumn(orderable=False)
    monthly_volume = tables.Column(orderable=False)
    monthly_fee = tables.Column(orderable=False)
    expected_on = tables.Column(orderable=False)
    owner = tables.Column(orderable=False)
    order = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    created_at = DateTimeColumn(order_by=("id",))

    class Meta(Table.Meta):
        model = Opportunity
        fields = (
            "number", "lead", "stage", "stage_since", "monthly_volume", "monthly_fee", "expected_on", "owner", "order",
            "region", "created_at",
        )  # fmt: skip
        hidden = ("monthly_fee", "region", "created_at")
        order_by = "-created_at"

    def render_lead(self, record: Opportunity):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.lead.name)

    def value_lead(self, record: Opportunity) -> str:
        return record.lead.name

    def render_stage(self, record: Opportunity):
        return status_badge(record.stage, record.get_stage_display())

    def value_stage(self, record: Opportunity) -> str:
        return record.get_stage_display()


class TaskFilter(FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=ProspectingTask.Status.choices, label=gettext_lazy("Status"))
    prospector = ProspectorFilter(label=gettext_lazy("Prospector"))
    region = region_filter()

    class Meta:
        model = ProspectingTask
        fields = ()


class TaskTable(Table):
    number = tables.Column()
    title = tables.Column(orderable=False)
    prospector = tables.Column(orderable=False)
    progress = tables.Column(verbose_name=gettext_lazy("Visited"), empty_values=(), orderable=False)
    due_on = tables.Column(orderable=False)
    status = tables.Column(orderable=False)
    region = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = ProspectingTask
        fields = ("number", "title", "prospector", "progress", "due_on", "status", "region")
        order_by = "-number"

    def render_title(self, record: ProspectingTask):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.title)

    def value_title(self, record: ProspectingTask) -> str:
        return record.title

    def render_progress(self, record):
        share = 100 * record.made // record.stops_count if record.stops_count else 0
        return format_html(
            '<div class="text-nowrap">{}</div><div class="progress progress-sm"><div class="progress-bar" '
            'style="width:{}%"></div></div>',
            self.value_progress(record), share,
        )  # fmt: skip

    def value_progress(self, record) -> str:
        return _("%(made)d of %(all)d") % {"made": record.made, "all": record.stops_count}

    def render_due_on(self, record: ProspectingTask):
        is_late = record.status == ProspectingTask.Status.OPEN and record.due_on < timezone.localdate()
        return format_html(
            '<span class="{}">{}</span>', "text-red" if is_late else "", date_format(record.due_on, "SHORT_DATE_FORMAT")
        )

    def render_status(self, record: ProspectingTask):
        return status_badge(record.status, record.get_status_display())


class VisitFilter(FilterSet):
    q = django_filters.CharFilter(field_name="lead__name", lookup_expr="icontains", label=gettext_lazy("Name"))
    at = DayRangeFilter(label=gettext_lazy("Day"))
    prospector = ProspectorFilter(label=gettext_lazy("Prospector"))
    outcome = django_filters.MultipleChoiceFilter(choices=Visit.Outcome.choices, label=gettext_lazy("Outcome"))
    doubtful = django_filters.BooleanFilter(method="filter_doubtful", label=gettext_lazy("Authenticity is doubtful"))
    region = region_filter("lead__region")
    campaign = _campaign_filter("lead__campaign")

    class Meta:
        model = Visit
        fields = ()

    def filter_doubtful(self, queryset, name: str, is_so: bool):
        return queryset.filter(score__lt=DOUBTFUL) if is_so else queryset.exclude(score__lt=DOUBTFUL)


class VisitTable(Table):
    number = tables.Column(orderable=False)
    lead = tables.Column(orderable=False)
    prospector = tables.Column(orderable=False)
    at = DateTimeColumn()
    outcome = tables.Column(orderable=False)
    intention = tables.Column(orderable=False)
    score = tables.Column(orderable=False)
    distance_m = tables.Column(orderable=False)
    away_reason = tables.Column(orderable=False)
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Visit
        fields = (
            "number", "lead", "prospector", "at", "outcome", "intention", "score", "distance_m", "away_reason", "note",
        )  # fmt: skip
        hidden = ("number", "note")
        order_by = "-at"

    def render_lead(self, record: Visit):
        return format_html('<a href="{}#visits">{}</a>', record.lead.get_absolute_url(), record.lead.name)

    def value_lead(self, record: Visit) -> str:
        return record.lead.name

    def render_intention(self, record: Visit):
        return intention_badge(record)

    def render_score(self, record: Visit):
        return format_html(
            '<span class="badge bg-{}-lt">{}</span>', "red" if record.score < DOUBTFUL else "green", record.score
        )

    def render_distance_m(self, record: Visit) -> str:
        return f"{round(record.distance_m)} m"

    def value_distance_m(self, record: Visit) -> int | None:
        return None if record.distance_m is None else round(record.distance_m)
