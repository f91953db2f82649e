"""The territory grid: its map, a cell, and the doors of what is done to cells."""

from http import HTTPStatus

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from prospecting import actions, forms, permissions
from prospecting.grid_map import Figures, GridMap, Measure, figures_of
from prospecting.grid_preview import kept, preview
from prospecting.models import Cell, ProspectingTask
from toolkit.choices import ChoicePage
from toolkit.errors import Refused
from toolkit.map_view import View as Seen
from toolkit.views import DetailPage, FormPage, Page, PanelPage, SubjectMixin
from workforce.models import Region


class Grid(Page, TemplateView):
    """Drawn by static/js/map_grid.js from what GridFeatures answers."""

    permission = permissions.VIEW_GRID
    title = _("Grid")
    template_name = "prospecting/grid.html"

    def get_context_data(self, **kwargs) -> dict:
        asked = forms.GridFilter(self.request.GET, by=self.request.user)
        asked.is_valid()
        empty = dict.fromkeys(asked.fields)
        corners = GridMap(self.request.user, timezone.now(), empty | asked.cleaned_data).corners()
        return super().get_context_data(
            form=forms.GridFilter(initial=self.request.GET.dict(), by=self.request.user),
            start={"corners": corners},
            **kwargs,
        )


class GridFeatures(Page, View):
    """The cells of a part of the world and the leads around them, with a list of the cells as text."""

    permission = permissions.VIEW_GRID

    def get(self, request: HttpRequest) -> HttpResponse:
        form = forms.GridView(request.GET, by=request.user)
        if not form.is_valid():
            wrong = " ".join(error for errors in form.errors.values() for error in errors)
            return JsonResponse({"detail": wrong}, status=400)
        asked = form.cleaned_data
        west, south, east, north = asked["bbox"]
        shown = GridMap(request.user, timezone.now(), asked)
        answer = shown.features(Seen(west, south, east, north, asked["zoom"]))
        found = answer.pop("found")
        rows = [(cell, shown.colour(cell), shown.text(cell)) for cell in shown.worst_first(found)]
        listed = {"rows": rows, "count": len(found), "measure": Measure(shown.measure), "at": shown.at}
        return JsonResponse(answer | {"list": render_to_string("prospecting/grid_list.html", listed, request)})


class CellSearch(ChoicePage):
    permission = permissions.VIEW_GRID

    def rows(self) -> QuerySet[Cell]:
        return Cell.objects.visible_to(self.request.user).standing().select_related("region").order_by("-pk")

    def choice(self, row: Cell) -> tuple[str, str]:
        return row.number, f"{row.name} · {row.region}"


class CellMixin:
    permission = permissions.VIEW_GRID

    def subjects(self) -> QuerySet[Cell]:
        return Cell.objects.visible_to(self.request.user).select_related("region")

    @property
    def figures(self) -> Figures:
        return figures_of([self.subject.pk])[self.subject.pk]


class CellCard(CellMixin, PanelPage):
    template_name = "prospecting/grid_card.html"

    def get_context_data(self, **kwargs) -> dict:
        owner = self.subject.owners.filter(during__upper_inf=True).select_related("prospector").first()
        return super().get_context_data(figures=self.figures, owner=owner, **kwargs)


class CellDetail(CellMixin, DetailPage):
    template_name = "prospecting/cell.html"

    def get_context_data(self, **kwargs) -> dict:
        cell = self.subject
        ring = [[lat, lon] for lon, lat in cell.outline["coordinates"][0]]
        middle = ((cell.south + cell.north) / 2, (cell.west + cell.east) / 2)
        return super().get_context_data(
            figures=self.figures,
            owners=cell.owners.select_related("prospector").annotate(
                since=F("during__startswith"), until=F("during__endswith")
            ),
            tasks=ProspectingTask.objects.visible_to(self.request.user)
            .filter(cells=cell)
            .select_related("prospector")[:50],
            parents=cell.parents.all(),
            children=cell.children.all(),
            map_data={"areas": [{"ring": ring, "label": cell.name}]},
            on_grid=f"{reverse('office:grid')}#15/{middle[0]:.5f}/{middle[1]:.5f}",
            **kwargs,
        )


class RegionBoundary(SubjectMixin, Page, View):
    """GeoJSON, to draw in; nothing for a region whose boundary is not known."""

    permission = permissions.EDIT_GRID
    slug_field = "code"

    def subjects(self) -> QuerySet[Region]:
        return Region.objects.visible_to(self.request.user).select_related("boundary")

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        boundary = getattr(self.subject, "boundary", None)
        return JsonResponse(boundary.outline) if boundary else HttpResponse(status=HTTPStatus.NO_CONTENT)


class CellAction(FormPage):
    """About cells chosen on the map: ?cell=…&cell=…"""

    permission = permissions.EDIT_GRID
    template_name = "prospecting/grid_chosen.html"

    @property
    def chosen(self) -> QuerySet[Cell]:
        """What is to be changed."""
        numbers = self.request.POST.getlist("cells") or self.request.GET.getlist("cell")
        return Cell.objects.visible_to(self.request.user).standing().filter(number__in=numbers)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        return {"cells": [cell.number for cell in self.chosen]}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(chosen=self.chosen, **kwargs)

    def back_url(self) -> str:
        return reverse("office:grid")


class PreviewedAction(CellAction):
    """What is sent with `preview` is shown as it would become, and taken back."""

    template_name = "prospecting/grid_change.html"
    draws = ""  # "polygon" or "lines"
    is_previewed_first = False

    def region_of(self, values: dict) -> Region:
        return values["region"]

    def form_valid(self, form) -> HttpResponse:
        if "preview" not in self.request.POST:
            return super().form_valid(form)
        values, at = form.cleaned_data, self.who["at"]
        try:
            names = [name[:80] for name, _outline in values.get("outlines", ())]
            outcome = preview(lambda: self.run_action(values), region=self.region_of(values), at=at, names=names)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, outcome=outcome))

    def get_context_data(self, **kwargs) -> dict:
        outcome = kwargs.get("outcome")
        asked = {"region": None, "prospector": None, "colour": ""}
        start = {
            "draws": self.draws,
            "chosen": [cell.outline["coordinates"][0] for cell in self.chosen],
            "made": outcome.shapes if outcome else [],
            "corners": GridMap(self.request.user, self.who["at"], asked).corners(),
        }
        return super().get_context_data(start=start, is_previewed_first=self.is_previewed_first, **kwargs)


class CellDraw(PreviewedAction):
    title = _("Draw a cell")
    submit_label = _("Make the cell")
    form_class = forms.DrawCellForm
    draws = "polygon"

    def get_initial(self) -> dict:
        return {"region": self.request.GET.get("region")}

    def run_action(self, values: dict) -> list[Cell]:
        return actions.draw_cell(**values, **self.who)

    def done_url(self, result: list[Cell]) -> str:
        return result[0].get_absolute_url()


class CellImport(CellDraw):
    title = _("Import cells")
    submit_label = _("Replace the grid of the region")
    form_class = forms.ImportCellsForm
    draws = ""
    is_previewed_first = True

    def run_action(self, values: dict) -> list[Cell]:
        return actions.import_cells(values["region"], outlines=values["outlines"], **self.who)

    def get_context_data(self, **kwargs) -> dict:
        if outcome := kwargs.get("outcome"):
            values = kwargs["form"].cleaned_data
            kwargs["kept"] = kept(values["outlines"], outcome.made, values["region"])
        return super().get_context_data(**kwargs)

    def done_url(self, result: list[Cell]) -> str:
        return f"{reverse('office:grid')}?region={result[0].region.code}"


class BoundarySet(PreviewedAction):
    """Where a region is: drawn, pasted or from a file, and looked at before it counts."""

    title = _("Boundary of a region")
    submit_label = _("Set the boundary")
    form_class = forms.BoundaryForm
    draws = "polygon"
    is_previewed_first = True

    def get_initial(self) -> dict:
        return {"region": self.request.GET.get("region")}

    def run_action(self, values: dict) -> list[Cell]:
        return actions.set_boundary(**values, **self.who)

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        if kwargs.get("outcome"):
            found = actions.boundaries.described(**kwargs["form"].cleaned_data)
            rings = [{"ring": ring, "name": "", "is_wanted": True} for ring in found.rings]
            context["boundary"], context["start"]["made"] = found, [*context["start"]["made"], *rings]
        return context

    def done_url(self, result: list[Cell]) -> str:
        return f"{reverse('office:grid')}?region={self.request.POST['region']}"


class CellSplit(CellMixin, SubjectMixin, PreviewedAction):
    permission = permissions.EDIT_GRID
    title = _("Split the cell")
    submit_label = _("Split")
    form_class = forms.SplitCellForm
    draws = "lines"

    @property
    def chosen(self) -> QuerySet[Cell]:
        return Cell.objects.filter(pk=self.subject.pk)

    def region_of(self, values: dict) -> Region:
        return self.subject.region

    def run_action(self, values: dict) -> list[Cell]:
        return actions.split_cell(self.subject, **values, **self.who)

    def done_url(self, result: list[Cell]) -> str:
        return self.back_url()

    def back_url(self) -> str:
        return self.subject.get_absolute_url()


class CellsMerge(PreviewedAction):
    title = _("Merge cells")
    submit_label = _("Merge")
    form_class = forms.MergeCellsForm

    def region_of(self, values: dict) -> Region:
        return values["cells"][0].region

    def run_action(self, values: dict) -> Cell:
        return actions.merge_cells(**values, **self.who)


class CellsGive(CellAction):
    title = _("Give cells to a prospector")
    submit_label = _("Give")
    form_class = forms.GiveCellsForm

    def run_action(self, values: dict) -> list[Cell]:
        with transaction.atomic():
            return [
                actions.give_cell(cell, prospector=values["prospector"], **self.who)
                for cell in values["cells"].order_by("pk")
            ]

    def done_url(self, result: list[Cell]) -> str:
        return result[0].get_absolute_url() if len(result) == 1 else self.back_url()
