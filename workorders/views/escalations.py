"""Who is told when promised time runs out."""

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toolkit.lists import FilterSet, ListPage, Table
from toolkit.views import ActionPage, FormPage
from workforce.lists import region_filter
from workforce.models import Region, User
from workforce.roles import FIELD
from workorders import actions, permissions
from workorders.models import Percent, SlaEscalation


class EscalationFilter(FilterSet):
    percent = django_filters.MultipleChoiceFilter(choices=Percent.choices, label=gettext_lazy("Time used up"))
    region = region_filter()
    is_active = django_filters.BooleanFilter(label=gettext_lazy("In force"))

    class Meta:
        model = SlaEscalation
        fields = ()


class EscalationTable(Table):
    """`editable`: keys of those the person may change; the others come from a region above."""

    editable: frozenset[int] = frozenset()
    number = tables.Column()
    percent = tables.Column()
    target = tables.Column(orderable=False, empty_values=())
    told = tables.Column(verbose_name=gettext_lazy("Who is told"), orderable=False, empty_values=())
    by_mail = tables.Column()
    region = tables.Column(order_by=("region__path",), empty_values=())
    order_type = tables.Column(empty_values=())
    policy = tables.Column(empty_values=())
    is_active = tables.Column()

    class Meta(Table.Meta):
        model = SlaEscalation
        fields = ("number", "percent", "target", "told", "by_mail", "region", "order_type", "policy", "is_active")
        order_by = ("-is_active", "percent")

    def render_number(self, record: SlaEscalation):
        if record.pk not in self.editable:
            return record.number
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: SlaEscalation) -> str:
        return record.number

    def render_target(self, record: SlaEscalation) -> str:
        return record.get_target_display() or _("Response and resolution")

    value_target = render_target

    def render_told(self, record: SlaEscalation) -> str:
        return ", ".join(filter(None, [record.get_role_display(), *(person.name for person in record.people.all())]))

    value_told = render_told

    def render_region(self, record: SlaEscalation) -> str:
        return record.region.name if record.region else _("Everywhere")

    value_region = render_region

    def render_order_type(self, record: SlaEscalation) -> str:
        return str(record.order_type or _("All types"))

    value_order_type = render_order_type

    def render_policy(self, record: SlaEscalation) -> str:
        return str(record.policy or _("All policies"))

    value_policy = render_policy

    def render_by_mail(self, value: bool) -> str:
        return _("Yes") if value else _("No")

    def render_is_active(self, value: bool):
        colour, word = ("green", _("Yes")) if value else ("secondary", _("No"))
        return format_html('<span class="badge bg-{}-lt">{}</span>', colour, word)


class EscalationList(ListPage):
    name = "escalation-list"
    title = gettext_lazy("Escalations")
    permission = permissions.EDIT_ESCALATIONS
    filterset_class = EscalationFilter
    table_class = EscalationTable
    create_url = "office:escalation-create"
    create_permission = permissions.EDIT_ESCALATIONS
    create_label = gettext_lazy("New escalation")
    empty_text = gettext_lazy("Nobody is told when promised time runs out. Say who should be.")

    def rows(self) -> QuerySet[SlaEscalation]:
        rows = SlaEscalation.objects.visible_to(self.request.user)
        return rows.select_related("region", "order_type", "policy").prefetch_related("people")

    def table(self) -> Table:
        table = super().table()
        table.editable = frozenset(SlaEscalation.objects.editable_by(self.request.user).values_list("pk", flat=True))
        return table


class EscalationForm(forms.ModelForm):
    class Meta:
        model = SlaEscalation
        fields = ("percent", "target", "region", "order_type", "policy", "role", "people", "by_mail", "is_active")
        widgets = {"people": forms.SelectMultiple(attrs={"data-search": ""})}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        leads_all = by.sees_all_regions or by.region.parent_id is None
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = not leads_all
        self.fields["region"].empty_label = gettext_lazy("Everywhere") if leads_all else "---------"
        self.fields["order_type"].empty_label = gettext_lazy("All types")
        self.fields["policy"].empty_label = gettext_lazy("All policies")
        for name, empty in (("target", _("Response and resolution")), ("role", _("Only the people below"))):
            self.fields[name].choices = [("", empty), *self.fields[name].choices[1:]]
        self.fields["people"].to_field_name = "username"
        office = User.objects.filter(is_active=True).exclude(role__in=FIELD)
        self.fields["people"].queryset = office.filter(pk__in=User.objects.visible_to(by).values("pk")) | office.filter(
            region__path__in=by.region.line if by.region else []
        )

    def _post_clean(self) -> None:
        """The instance stays as it is: the action changes a fresh one."""


class EscalationCreate(FormPage):
    permission = permissions.EDIT_ESCALATIONS
    title = gettext_lazy("New escalation")
    submit_label = gettext_lazy("Put in force")
    success_message = gettext_lazy("The escalation is in force.")
    form_class = EscalationForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> SlaEscalation:
        return actions.make_escalation(**values, by=self.request.user, at=timezone.now())

    def done_url(self, result: SlaEscalation) -> str:
        return self.back_url()

    def back_url(self) -> str:
        return reverse("office:escalation-list")


class EscalationEdit(ActionPage):
    permission = permissions.EDIT_ESCALATIONS
    submit_label = gettext_lazy("Save")
    success_message = gettext_lazy("The escalation has been changed.")
    form_class = EscalationForm

    def subjects(self) -> QuerySet[SlaEscalation]:
        return SlaEscalation.objects.editable_by(self.request.user)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user, "instance": self.subject}

    def run_action(self, values: dict) -> SlaEscalation:
        return actions.change_escalation(self.subject, **values, by=self.request.user, at=timezone.now())

    def done_url(self, result: SlaEscalation) -> str:
        return self.back_url()

    def back_url(self) -> str:
        return reverse("office:escalation-list")
