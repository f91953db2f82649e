from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Handover, Movement, Part, Place, Stock
from toolkit.choices import ChoicePage
from toolkit.lists import ListPage
from toolkit.views import ActionPage, FormPage

WAY = ("place__leads_to__region", "place__leads_to__person__region")


class StockList(ListPage):
    """How many of each part are where."""

    name = "stock-list"
    title = _("Stock")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.StockFilter
    table_class = lists.StockTable
    template_name = "spareparts/stock.html"
    create_url = "office:stock-receive"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Receive parts")
    empty_text = _("No stock yet: receive some parts into a depot.")

    def rows(self) -> QuerySet[Stock]:
        rows = Stock.objects.visible_to(self.request.user).there()
        rows = rows.select_related("part", "place__region", "place__person__region", *WAY)
        return rows.order_by("part_id", "place_id")


class MovementList(ListPage):
    """The ledger, newest first."""

    name = "stock-move-list"
    title = _("Stock moves")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.MovementFilter
    table_class = lists.MovementTable
    empty_text = _("Nothing has been moved yet.")

    def rows(self) -> QuerySet[Movement]:
        rows = Movement.objects.visible_to(self.request.user)
        ends = ("source__person", "target__person", "source__leads_to__person", "target__leads_to__person")
        return rows.select_related("part", "by", *ends)


class DepotList(ListPage):
    name = "depot-list"
    title = _("Depots")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.DepotFilter
    table_class = lists.DepotTable
    create_url = "office:depot-create"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Add a depot")
    empty_text = _("No depots yet: add one, then receive parts into it.")

    def rows(self) -> QuerySet[Place]:
        depots = Place.objects.visible_to(self.request.user).exclude(kind__in=Place.MADE_BY_THEMSELVES)
        return depots.select_related("region", "calendar").order_by("name", "pk")

    def table(self) -> lists.DepotTable:
        table = super().table()
        table.is_editable = self.request.user.has_perm(permissions.MOVE_STOCK)
        return table


class DepotForms:
    permission = permissions.MOVE_STOCK
    submit_label = _("Save")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def done_url(self, result: Place) -> str:
        return reverse("office:depot-list")

    def back_url(self) -> str:
        return reverse("office:depot-list")


class DepotCreate(DepotForms, FormPage):
    title = _("Add a depot")
    form_class = forms.NewDepotForm

    def run_action(self, values: dict) -> Place:
        return actions.make_depot(**values, by=self.request.user, at=timezone.now())


class DepotEdit(DepotForms, ActionPage):
    form_class = forms.DepotForm
    slug_field = "code"

    def subjects(self) -> QuerySet[Place]:
        return Place.objects.visible_to(self.request.user).exclude(kind__in=Place.MADE_BY_THEMSELVES)

    def get_title(self) -> str:
        return self.subject.name

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> Place:
        return actions.change_depot(self.subject, **values, by=self.request.user, at=timezone.now())


class PartSearch(ChoicePage):
    permission = permissions.VIEW_STOCK

    def rows(self) -> QuerySet[Part]:
        return Part.objects.in_use()

    def choice(self, row: Part) -> tuple[str, str]:
        return row.code, f"{row} · {row.code}"


class PlaceSearch(ChoicePage):
    permission = permissions.MOVE_STOCK

    def rows(self) -> QuerySet[Place]:
        places = Place.objects.visible_to(self.request.user).in_use()
        return places.select_related("person__region", "region").order_by("-kind", "name", "person__name")

    def choice(self, row: Place) -> tuple[str, str]:
        return row.code, f"{row} · {row.home}"


class MovePage(FormPage):
    permission = permissions.MOVE_STOCK

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def done_url(self, result: Movement) -> str:
        return f"{reverse('office:stock-list')}?part={result.part.code}"

    def back_url(self) -> str:
        return reverse("office:stock-list")


class Receive(MovePage):
    title = _("Receive parts")
    submit_label = _("Receive")
    success_message = _("The parts are in stock.")
    form_class = forms.ReceiveForm

    def run_action(self, values: dict) -> Movement:
        return actions.receive_part(values.pop("part"), **values, **self.who)


class Transfer(MovePage):
    """Sends them on their way; whoever they go to confirms."""

    title = _("Hand out parts")
    submit_label = _("Hand out")
    form_class = forms.TransferForm

    def run_action(self, values: dict) -> Handover:
        return actions.send_parts({values.pop("part"): values.pop("quantity")}, **values, **self.who)

    def done_url(self, result: Handover) -> str:
        return result.get_absolute_url()


class Return(MovePage):
    title = _("Take parts back")
    submit_label = _("Take back")
    success_message = _("The parts are back in the depot.")
    form_class = forms.ReturnForm

    def run_action(self, values: dict) -> Movement:
        return actions.return_part(values.pop("part"), **values, **self.who)
