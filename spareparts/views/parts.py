"""The catalogue of parts."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Part
from toolkit.lists import ListPage
from toolkit.views import ActionPage, FormPage


class PartList(ListPage):
    name = "part-list"
    title = _("Parts")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.PartFilter
    table_class = lists.PartTable
    create_url = "office:part-create"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Add a part")
    empty_text = _("No parts yet: add one, then receive some of it into a depot.")

    def rows(self) -> QuerySet[Part]:
        return Part.objects.select_related("supplier").prefetch_related("fits").order_by("name", "pk")

    def table(self) -> lists.PartTable:
        table = super().table()
        table.is_editable = self.request.user.has_perm(permissions.MOVE_STOCK)
        return table


class PartForms:
    permission = permissions.MOVE_STOCK
    submit_label = _("Save")

    def done_url(self, result: Part) -> str:
        return reverse("office:part-list")

    def back_url(self) -> str:
        return reverse("office:part-list")


class PartCreate(PartForms, FormPage):
    title = _("Add a part")
    form_class = forms.NewPartForm

    def run_action(self, values: dict) -> Part:
        return actions.make_part(**values, **self.who)


class PartEdit(PartForms, ActionPage):
    form_class = forms.PartForm
    slug_field = "code"

    def subjects(self) -> QuerySet[Part]:
        return Part.objects.all()

    def get_title(self) -> str:
        return str(self.subject)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> Part:
        return actions.change_part(self.subject, **values, **self.who)
