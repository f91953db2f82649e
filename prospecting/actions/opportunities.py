from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import TerminalModel
from journal.actions import differences, record
from journal.models import Entry
from merchants.actions import begin_review, create_merchant
from merchants.models import Merchant
from prospecting.actions.leads import move_lead
from prospecting.lifecycle import OPEN_STAGES, LeadStatus, Stage
from prospecting.models import ExpectedTerminal, Lead, LostReason, Offer, Opportunity
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import open_work_order
from workorders.lifecycle import DONE, Status
from workorders.models import WorkOrderType

CHANGEABLE = {"monthly_volume", "monthly_fee", "currency", "expected_on", "owner", "note"}
INSTALL = "install"


def open_opportunity(lead: Lead, *, by: User, at: datetime, owner: User | None = None, **facts: Any) -> Opportunity:
    """`owner` is the lead's, else whoever opens it."""
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if lead.opportunities.open().exists():
            raise Refused(_("This lead has an open opportunity already."))
        changes = move_lead(lead, LeadStatus.OPPORTUNITY)
        lead.owner = owner or lead.owner or by
        lead.save()
        opportunity = Opportunity(
            lead=lead, region=lead.region, owner=lead.owner, stage_since=at, created_at=at, **_checked(facts)
        )
        opportunity.save()
        record("prospecting.open_opportunity", opportunity, by=by, at=at, merchant_id=lead.merchant_id, changes=changes)
        return opportunity


def change_opportunity(
    opportunity: Opportunity,
    *,
    by: User,
    at: datetime,
    terminals: Mapping[TerminalModel, int] | None = None,
    **values: Any,
) -> Opportunity:
    """`terminals` are those expected, all of them; None leaves them as they are."""
    with transaction.atomic():
        opportunity = _locked_open(opportunity)
        changes = differences(opportunity, _checked(values))
        if terminals is not None:
            before = {row.model: row.count for row in opportunity.terminals.select_related("model")}
            wanted = {model: count for model, count in terminals.items() if count}
            if before != wanted:
                opportunity.terminals.all().delete()
                ExpectedTerminal.objects.bulk_create(
                    ExpectedTerminal(opportunity=opportunity, model=model, count=count)
                    for model, count in wanted.items()
                )
                changes["terminals"] = [_counted(before), _counted(wanted)]
        if changes:
            opportunity.save()
            _write("prospecting.change_opportunity", opportunity, by, at, changes)
        return opportunity


def move_opportunity(opportunity: Opportunity, *, stage: str, by: User, at: datetime) -> Opportunity:
    """Between the stages of talking. Into review it comes by conversion, out of it by the install order."""
    with transaction.atomic():
        opportunity = _locked_open(opportunity)
        if stage not in (Stage.QUALIFIED, Stage.OFFERED, Stage.AGREED):
            raise Refused(_("Convert it, or say why it is lost: it cannot be moved there by hand."), field="stage")
        if stage == opportunity.stage:
            return opportunity
        changes = opportunity.move_to(Stage(stage), at)
        opportunity.save()
        _write("prospecting.move_opportunity", opportunity, by, at, changes)
        return opportunity


def lose_opportunity(opportunity: Opportunity, *, reason: LostReason, by: User, at: datetime) -> Opportunity:
    with transaction.atomic():
        opportunity = _locked_open(opportunity)
        if opportunity.order is not None and opportunity.order.status not in (Status.CANCELLED, *DONE):
            raise Refused(_("Cancel %(order)s first.") % {"order": opportunity.order})
        changes = opportunity.move_to(Stage.LOST, at)
        opportunity.lost_reason = reason
        opportunity.save()
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=opportunity.lead_id)
        move_lead(lead, LeadStatus.LOST)
        lead.save()
        _write("prospecting.lose_opportunity", opportunity, by, at, changes, note=str(reason))
        return opportunity


def make_offer(opportunity: Opportunity, *, kind: str, text: str, by: User, at: datetime, **terms: Any) -> Offer:
    """Something promised to win them; `terms` are the other fields of PromiseTerms that its kind asks for."""
    with transaction.atomic():
        opportunity = _locked_open(opportunity)
        if opportunity.order_id:
            raise Refused(_("%(order)s is on its way: nothing more can be promised.") % {"order": opportunity.order})
        offer = Offer(opportunity=opportunity, kind=kind, text=text.strip()[:200], **terms)
        _check(offer)
        offer.save()
        _write("prospecting.make_offer", opportunity, by, at, {"promise": [None, offer.text]})
        return offer


def withdraw_offer(opportunity: Opportunity, *, offer: int, by: User, at: datetime) -> None:
    with transaction.atomic():
        opportunity = _locked_open(opportunity)
        if opportunity.order_id:
            raise Refused(_("%(order)s is on its way: what was promised stays.") % {"order": opportunity.order})
        found = opportunity.offers.filter(pk=offer).first()
        if found is None:
            return
        found.delete()
        _write("prospecting.withdraw_offer", opportunity, by, at, {"promise": [found.text, None]})


def convert_opportunity(
    opportunity: Opportunity, *, by: User, at: datetime, type: WorkOrderType | None = None
) -> Opportunity:
    """Merchant, its review, and an install order that waits for it, with all promises: exactly once.

    Asked for again, it answers with what it made the first time.
    """
    with transaction.atomic():
        opportunity = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
        if opportunity.converted_at:
            return opportunity
        if opportunity.stage not in OPEN_STAGES:
            raise Refused(_("The opportunity is “%(stage)s”.") % {"stage": opportunity.get_stage_display()})
        type = type or WorkOrderType.objects.filter(code=INSTALL, is_active=True).first()
        if type is None:
            raise Refused(_("There is no order type “%(code)s”. Ask your administrator.") % {"code": INSTALL})
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=opportunity.lead_id)
        merchant = lead.merchant or _merchant_of(lead, opportunity, by, at)
        offers = list(opportunity.offers.all())
        wanted = {row.model: row.count for row in opportunity.terminals.select_related("model")}
        opportunity.order = open_work_order(
            type=type, merchant=merchant, by=by, at=at, promises=offers,
            summary=_("Install %(terminals)s") % {"terminals": _counted(wanted) or _("a terminal")},
            details=opportunity.note,
        )  # fmt: skip
        if merchant.status == Merchant.Status.ONBOARDING and not merchant.reviews.open().exists():
            begin_review(merchant, **_reviewed_by_others(opportunity, by), by=by, at=at)
        opportunity.merchant, opportunity.converted_at = merchant, at
        changes = opportunity.move_to(Stage.REVIEW, at)
        opportunity.save()
        if lead.merchant is None:
            lead.merchant = merchant
            lead.save()
        changes |= {"merchant": [None, merchant.number], "order": [None, opportunity.order.number]}
        _write("prospecting.convert_opportunity", opportunity, by, at, changes)
        return opportunity


def follow_installs(*, at: datetime, limit: int = 200) -> int:
    """Opportunities whose install order is done are won. Returns how many."""
    done = Opportunity.objects.filter(stage=Stage.REVIEW, order__status__in=DONE).order_by("pk")
    won = 0
    for waiting in done[:limit]:
        with transaction.atomic():
            opportunity = Opportunity.objects.select_for_update(of=("self",)).get(pk=waiting.pk)
            if opportunity.stage != Stage.REVIEW:
                continue
            changes = opportunity.move_to(Stage.WON, at)
            opportunity.save()
            lead = Lead.objects.select_for_update(of=("self",)).get(pk=opportunity.lead_id)
            move_lead(lead, LeadStatus.WON)
            lead.save()
            _write("prospecting.win_opportunity", opportunity, None, at, changes)
            won += 1
    return won


def _merchant_of(lead: Lead, opportunity: Opportunity, by: User, at: datetime) -> Merchant:
    contact = {"name": lead.contact_name, "phone": lead.phone} if lead.contact_name or lead.phone else None
    return create_merchant(
        name=lead.name, region=lead.region, trade=lead.trade, address=lead.address, lat=lead.lat, lon=lead.lon,
        location_accuracy_m=lead.location_accuracy_m,
        location_source=Merchant.LocationSource.DEVICE if lead.lat is not None else "",
        contact=contact, review=_reviewed_by_others(opportunity, by), by=by, at=at,
    )  # fmt: skip


def _reviewed_by_others(opportunity: Opportunity, by: User) -> dict[str, Any]:
    """Who brings the documents, and who has won the merchant: neither of them reviews it."""
    return {"owner": opportunity.owner, "made_by": _maker(opportunity) or by}


def _maker(opportunity: Opportunity) -> User | None:
    opened = (
        Entry.objects.about(opportunity).filter(verb="prospecting.open_opportunity").select_related("actor").first()
    )
    return opened.actor if opened else None


def _locked_open(opportunity: Opportunity) -> Opportunity:
    opportunity = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if opportunity.stage not in OPEN_STAGES:
        raise Refused(_("The opportunity is “%(stage)s”.") % {"stage": opportunity.get_stage_display()})
    return opportunity


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    if unknown := facts.keys() - CHANGEABLE:
        raise TypeError(f"an opportunity has no {', '.join(sorted(unknown))}")
    for name in ("monthly_volume", "monthly_fee"):
        amount: Decimal | None = facts.get(name)
        if amount is not None and amount < 0:
            raise Refused(_("An amount cannot be negative."), field=name)
    return facts


def _check(offer: Offer) -> None:
    if not offer.text:
        raise Refused(_("Say what was promised."), field="text")
    if offer.kind == Offer.Kind.WINDOW and not (offer.starts_at and offer.ends_at and offer.starts_at < offer.ends_at):
        raise Refused(_("Say from when until when."), field="starts_at")
    if offer.kind == Offer.Kind.EXTRA and not offer.quantity:
        raise Refused(_("Say how many."), field="quantity")
    if offer.kind == Offer.Kind.RATE and (offer.rate is None or not 0 <= offer.rate <= 100):
        raise Refused(_("Give the rate in per cent, 0 to 100."), field="rate")


def _counted(terminals: Mapping[TerminalModel, int]) -> str:
    return ", ".join(f"{count} × {model}" for model, count in terminals.items())


def _write(
    verb: str, opportunity: Opportunity, by: User | None, at: datetime, changes: dict[str, Any], note: str = ""
) -> None:
    merchant_id = opportunity.merchant_id or opportunity.lead.merchant_id
    record(verb, opportunity, by=by, at=at, merchant_id=merchant_id, changes=changes, note=note)
