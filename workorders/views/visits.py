"""How well visits are proven, and the list of those to look at."""

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from toolkit.lists import FilterSet, ListPage, Table
from toolkit.views import ActionPage, PanelPage
from workforce.lists import region_filter
from workorders import permissions
from workorders.actions import review_code, settle_visit
from workorders.challenges import coded_photos, has_right_code
from workorders.models import CodeReview, Visit
from workorders.views.office import OrderMixin


class VisitFilter(FilterSet):
    q = django_filters.CharFilter(field_name="order__number", lookup_expr="icontains", label=_("Number"))
    region = region_filter()
    settled = django_filters.BooleanFilter(
        field_name="settled_at", lookup_expr="isnull", exclude=True, label=_("Settled")
    )

    class Meta:
        model = Visit
        fields = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Those nobody has looked at, unless somebody asks for the others."""
        found = super().filter_queryset(queryset)
        return found.filter(settled_at=None) if self.form.cleaned_data.get("settled") is None else found


class VisitTable(Table):
    order = tables.Column(order_by=("order__number",))
    merchant = tables.Column(accessor="order__merchant", order_by=("order__merchant__name",))
    engineer = tables.Column(accessor="order__engineer", order_by=("order__engineer__name",))
    score = tables.Column()
    completed_at = tables.DateTimeColumn(accessor="order__completed_at", verbose_name=_("completed"))
    how = tables.Column(default="–")
    note = tables.Column(default="–")
    settled_by = tables.Column(default="–")

    class Meta(Table.Meta):
        model = Visit
        fields = ("order", "merchant", "engineer", "score", "completed_at", "how", "note", "settled_by")
        order_by = ("-completed_at",)

    def render_order(self, record: Visit):
        return format_html('<a href="{}#visit">{}</a>', record.order.get_absolute_url(), record.order.number)

    def value_order(self, record: Visit) -> str:
        return record.order.number


class VisitList(ListPage):
    name = "visit-list"
    title = _("Visits to look at")
    permission = permissions.REVIEW_VISITS
    filterset_class = VisitFilter
    table_class = VisitTable
    empty_text = _("No visit waits for somebody to look at it.")

    def rows(self) -> QuerySet[Visit]:
        rows = Visit.objects.visible_to(self.request.user).filter(is_low=True)
        return rows.select_related("order__merchant", "order__engineer", "settled_by")


class OrderVisit(OrderMixin, PanelPage):
    permission = permissions.REVIEW_VISITS
    template_name = "workorders/visit.html"

    def get_context_data(self, **kwargs) -> dict:
        visit = Visit.objects.filter(order=self.subject).select_related("settled_by").first()
        reviews = {each.capture_id: each for each in visit.code_reviews.select_related("by")} if visit else {}
        coded = [
            (photo, has_right_code(self.subject, photo), reviews.get(photo.pk)) for photo in coded_photos(self.subject)
        ]
        return super().get_context_data(visit=visit, coded=coded if visit else [], found=CodeReview.Found, **kwargs)


class SettleForm(forms.Form):
    how = forms.ChoiceField(label=_("What came of it"), choices=Visit.How, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CodeForm(forms.Form):
    found = forms.ChoiceField(
        label=_("Is the code seen in the photo?"), choices=CodeReview.Found, widget=forms.RadioSelect
    )


class VisitAction(ActionPage):
    permission = permissions.REVIEW_VISITS
    slug_field = "order__number"

    def get_title(self) -> str:
        return str(self.title)

    def subjects(self) -> QuerySet[Visit]:
        return Visit.objects.visible_to(self.request.user).select_related("order")

    def done_url(self, result: Visit) -> str:
        return f"{result.order.get_absolute_url()}#visit"

    def back_url(self) -> str:
        return reverse("office:work-order-detail", args=[self.subject.order.number])


class SettleVisit(VisitAction):
    form_class = SettleForm
    title = _("Settle")

    def run_action(self, values: dict) -> Visit:
        return settle_visit(self.subject, **values, by=self.request.user, at=timezone.now())


class ReviewCode(VisitAction):
    form_class = CodeForm
    title = _("Code in the photo")

    def run_action(self, values: dict) -> Visit:
        return review_code(self.subject, capture=self.kwargs["id"], **values, by=self.request.user, at=timezone.now())
