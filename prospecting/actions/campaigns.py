from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from journal.actions import differences, record, record_all
from prospecting.attribution import normal, uncredited
from prospecting.models import Campaign, CampaignCost, Cell, Handout, Lead
from toolkit.errors import Refused
from workforce.models import Region, User
from workforce.roles import Role

CHANGEABLE = {"name", "starts_on", "ends_on", "goal", "note"}


def make_campaign(
    *,
    name: str,
    region: Region,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
    cells: Iterable[Cell] = (),
    goal: int | None = None,
    note: str = "",
) -> Campaign:
    """Leads noted in its cells since it began are counted as its own at once."""
    campaign = Campaign(name=name, region=region, starts_on=starts_on, ends_on=ends_on, goal=goal, note=note)
    _check(campaign)
    with transaction.atomic():
        campaign.save()
        campaign.cells.set(_within(campaign, cells))
        record("prospecting.make_campaign", campaign, by=by, at=at)
        _credit_what_was_noted(campaign, by=by, at=at)
        return campaign


def change_campaign(
    campaign: Campaign, *, by: User, at: datetime, cells: Iterable[Cell] | None = None, **values: Any
) -> Campaign:
    """`cells` are all of them; None leaves them as they are. A lead that counts for it goes on counting."""
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_campaign() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        campaign = _locked_open(campaign)
        changes = differences(campaign, values)
        _check(campaign)
        if cells is not None:
            before, after = set(campaign.cells.all()), set(_within(campaign, cells))
            if before != after:
                campaign.cells.set(after)
                changes["cells"] = [len(before), len(after)]
        if changes:
            campaign.save()
            record("prospecting.change_campaign", campaign, by=by, at=at, changes=changes)
            _credit_what_was_noted(campaign, by=by, at=at)
        return campaign


def close_campaign(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """No more costs, material or leads of its cells. Who names its code still counts; its leads go on to their ends."""
    with transaction.atomic():
        campaign = _locked_open(campaign)
        today = campaign.region.service_date(at)
        if today < campaign.starts_on:
            raise Refused(_("“%(campaign)s” has not begun yet.") % {"campaign": campaign})
        changes = differences(campaign, {"ends_on": min(campaign.ends_on, today)})
        campaign.closed_at = at
        campaign.save()
        record("prospecting.close_campaign", campaign, by=by, at=at, changes=changes)
        return campaign


def add_cost(campaign: Campaign, *, on: date, what: str, amount: Decimal, by: User, at: datetime) -> CampaignCost:
    what = what.strip()[:120]
    if not what:
        raise Refused(_("Say what the money was for."), field="what")
    if amount <= 0:
        raise Refused(_("A cost is more than nothing."), field="amount")
    with transaction.atomic():
        campaign = _locked_open(campaign)
        cost = campaign.costs.create(on=on, what=what, amount=amount)
        record("prospecting.add_cost", campaign, by=by, at=at, changes={"amount": [None, amount]}, note=what)
        return cost


def remove_cost(campaign: Campaign, *, cost: int, by: User, at: datetime) -> None:
    """One that was a mistake."""
    with transaction.atomic():
        campaign = _locked_open(campaign)
        found = campaign.costs.filter(pk=cost).first()
        if found is None:
            return
        found.delete()
        record("prospecting.remove_cost", campaign, by=by, at=at, changes={"amount": [found.amount, None]}, note=found.what)  # fmt: skip


def add_handout(
    campaign: Campaign,
    *,
    prospector: User,
    what: str,
    count: int,
    on: date,
    by: User,
    at: datetime,
    code: str = "",
) -> Handout:
    """`code`, as printed on the material, belongs to one campaign."""
    what, code = what.strip()[:80], normal(code)[:20]
    if not what:
        raise Refused(_("Say what was handed out."), field="what")
    if count <= 0:
        raise Refused(_("Say how many."), field="count")
    if prospector.role != Role.PROSPECTOR or not prospector.is_active:
        raise Refused(_("%(person)s is no active prospector.") % {"person": prospector}, field="prospector")
    with transaction.atomic():
        campaign = _locked_open(campaign)
        try:
            with transaction.atomic():
                handout = campaign.handouts.create(prospector=prospector, what=what, count=count, on=on, code=code)
        except IntegrityError as clash:
            if "code_of_one_campaign" not in str(clash):
                raise
            other = Campaign.objects.filter(handouts__code=code).first()
            raise Refused(
                _("The code “%(code)s” belongs to “%(campaign)s”.") % {"code": code, "campaign": other}, field="code"
            ) from clash
        changes = {"prospector": [None, str(prospector)], "quantity": [None, count]}
        record("prospecting.add_handout", campaign, by=by, at=at, changes=changes, note=what)
        return handout


def _locked_open(campaign: Campaign) -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.closed_at:
        raise Refused(_("“%(campaign)s” is closed.") % {"campaign": campaign})
    return campaign


def _check(campaign: Campaign) -> None:
    campaign.name = campaign.name.strip()[:120]
    if not campaign.name:
        raise Refused(_("Give the campaign a name."), field="name")
    if campaign.ends_on < campaign.starts_on:
        raise Refused(_("It ends before it begins."), field="ends_on")


def _within(campaign: Campaign, cells: Iterable[Cell]) -> list[Cell]:
    region, chosen = campaign.region, list(cells)
    if outside := [cell for cell in chosen if not cell.region.path.startswith(region.path)]:
        raise Refused(_("%(cell)s lies outside %(region)s.") % {"cell": outside[0], "region": region}, field="cells")
    return chosen


def _credit_what_was_noted(campaign: Campaign, *, by: User, at: datetime) -> None:
    leads = uncredited(campaign)
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(campaign=campaign)
    record_all(
        "prospecting.change_lead", leads, by=by, at=at, merchant_ids=[lead.merchant_id for lead in leads],
        changes=[{"campaign": [None, str(campaign)]}] * len(leads),
    )  # fmt: skip
