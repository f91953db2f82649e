"""Which campaign brought a lead: exactly one, the touch that came last, and once known it stays.

A code on material that the shop names says it; else the campaign that ran in the lead's cell on the day it was noted,
of several the one that began last.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from prospecting.models import Campaign, Cell, Handout, Lead
from toolkit.errors import Refused


def credit(leads: Sequence[Lead], codes: Sequence[str]) -> None:
    """Gives new leads their campaigns, without saving; `codes` run beside them. One that is given already stays."""
    by_code = _of_codes({code for code in map(normal, codes) if code})
    running = _in_cells({lead.cell_id for lead in leads if lead.cell_id and not lead.campaign_id})
    for lead, code in zip(leads, map(normal, codes), strict=True):
        if code:
            lead.campaign_id = by_code[code]
        elif not lead.campaign_id:
            day = lead.region.service_date(lead.created_at)
            touches = [key for key, begins, ends in running[lead.cell_id] if begins <= day <= ends]
            lead.campaign_id = touches[-1] if touches else None


def uncredited(campaign: Campaign) -> list[Lead]:
    """Leads noted in its cells during its period that no campaign has brought yet."""
    begin, end = (
        datetime.combine(day, time.min, campaign.region.zone)
        for day in (campaign.starts_on, campaign.ends_on + timedelta(days=1))
    )
    found = Lead.objects.filter(cell__in=campaign.cells.all(), campaign=None, merged_into=None)
    return list(found.filter(created_at__gte=begin, created_at__lt=end).select_for_update(of=("self",)).order_by("pk"))


def hand_down(cells: Sequence[Cell], parents: Sequence[Collection[int]]) -> None:
    """Campaigns that run in the cells that new ones were made from go on in the new ones; `parents` run beside them."""
    links = Campaign.cells.through
    held: dict[int, set[int]] = defaultdict(set)
    gone = {parent for each in parents for parent in each}
    for cell, campaign in links.objects.filter(cell__in=gone, campaign__closed_at=None).values_list("cell", "campaign"):
        held[cell].add(campaign)
    links.objects.bulk_create(
        links(cell=cell, campaign_id=campaign)
        for cell, each in zip(cells, parents, strict=True)
        for campaign in set[int]().union(*(held[parent] for parent in each))
    )


def normal(code: str) -> str:
    return "".join(code.split()).upper()


def _of_codes(codes: Collection[str]) -> dict[str, int]:
    found = dict(Handout.objects.filter(code__in=codes).values_list("code", "campaign")) if codes else {}
    if unknown := sorted(codes - found.keys()):
        raise Refused(_("No material has the code “%(code)s”.") % {"code": unknown[0]}, field="material_code")
    return found


def _in_cells(cells: Collection[int]) -> dict[int | None, list[tuple[int, date, date]]]:
    """{cell: [(campaign, first day, last day), …]}, the one that began last at the end."""
    running: dict[int | None, list[tuple[int, date, date]]] = defaultdict(list)
    if cells:
        open_ones = Campaign.objects.filter(closed_at=None, cells__in=cells).order_by("starts_on", "pk")
        for cell, campaign, begins, ends in open_ones.values_list("cells", "pk", "starts_on", "ends_on"):
            running[cell].append((campaign, begins, ends))
    return running
