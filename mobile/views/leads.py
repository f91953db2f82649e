"""A prospector's shops on the phone: one of them, a new one, whether it is known already, its number in clear."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from assets.models import TerminalModel
from evidence.models import Capture
from merchants.models import Merchant, Trade
from mobile import sentences
from mobile.forms import checked
from mobile.selling import PROMISES, SOON, TURNOVERS, Doubt
from mobile.views.pages import FieldPage, PhoneDoor
from prospecting.actions import reveal_phone
from prospecting.doubles import doubles_of
from prospecting.lifecycle import NEXT_OF_LEAD, LeadStatus
from prospecting.models import Competitor, Handout, Lead, Objection, Opportunity, Visit
from prospecting.models.visits import Picked
from prospecting.permissions import PROSPECT
from prospecting.rounds import today_of
from routing.links import navigation_links
from toolkit.secrets import normalize_phone
from toolkit.views import SubjectMixin
from workforce.models import User
from workorders.models import VisitRules

TRADES = 12  # the commonest of late, each a chip
LATEST = 1000  # leads
OWN_CODES = 30
SHOWN = 5  # visits


Chips = list[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """What is picked instead of typed: the same on all pages of a package."""

    trades: Chips
    objections: Chips
    competitors: Chips
    models: Chips
    fence: VisitRules

    outcomes = Visit.Outcome.choices
    intentions = Lead.Intention.choices
    steps = Visit.NextStep.choices
    soon = SOON
    turnovers = TURNOVERS
    counts = [(str(count), str(count)) for count in (1, 2, 3, 5)]
    promises = [(key, label) for key, (_kind, label, _terms) in PROMISES.items()]
    sentences = sentences.ELSEWHERE

    @classmethod
    def now(cls) -> "Choices":
        def picked(model: type[Picked]) -> Chips:
            return [(each.code, str(each)) for each in model.objects.filter(is_active=True)]

        latest = Counter(Lead.objects.order_by("-pk").values_list("trade", flat=True)[:LATEST])
        common = sorted(Trade.objects.all(), key=lambda trade: -latest[trade.pk])[:TRADES]
        return cls(
            trades=[(trade.code, trade.name) for trade in common],
            objections=picked(Objection),
            competitors=picked(Competitor),
            models=[(str(model.pk), str(model)) for model in TerminalModel.objects.order_by("name")],
            fence=VisitRules.in_force(),
        )


def own_leads(user: User) -> QuerySet[Lead]:
    """With all that their pages show."""
    return (
        Lead.objects.visible_to(user)
        .filter(merged_into=None)
        .select_related("trade", "cell")
        .prefetch_related(
            "visits__objections", "visits__seen__competitor", "visits__prospector", "visits__captures", "captures",
            "opportunities__offers", "opportunities__terminals__model", "opportunities__order",
        )
    )  # fmt: skip


class SellingPage(FieldPage):
    permission = PROSPECT

    @cached_property
    def choices(self) -> Choices:
        return Choices.now()


class NewLeadPage(SellingPage, TemplateView):
    title = _("New lead")
    template_name = "field/prospecting_new.html"

    def get_context_data(self, **kwargs) -> dict:
        own = Handout.objects.filter(prospector=self.request.user, campaign__closed_at=None).exclude(code="")
        handouts = own.select_related("campaign").order_by("-on", "-pk")[:OWN_CODES]
        return super().get_context_data(choices=self.choices, handouts=handouts, **kwargs)


class LeadMixin(SubjectMixin, SellingPage):
    def subjects(self) -> QuerySet[Lead]:
        return own_leads(self.request.user)


class LeadPage(LeadMixin, TemplateView):
    template_name = "field/prospecting_lead.html"

    def get_title(self) -> str:
        return self.subject.name

    def get_context_data(self, **kwargs) -> dict:
        lead, user = self.subject, self.request.user
        visits = list(lead.visits.all())
        opportunities: list[Opportunity] = sorted(lead.opportunities.all(), key=lambda each: -each.pk)
        return super().get_context_data(
            lead=lead,
            choices=self.choices,
            today=today_of(user, self.at),
            next_step=Visit.NextStep(lead.next_step).label if lead.next_step_on else "",
            visits=visits[:SHOWN],
            opportunity=opportunities[0] if opportunities else None,
            may_sign=LeadStatus.OPPORTUNITY in NEXT_OF_LEAD[LeadStatus(lead.status)],
            photos=[photo for photo in lead.captures.all() if photo.kind == Capture.Kind.PHOTO][:3],
            links=navigation_links(lead.lat, lead.lon, lead.name) if lead.lat is not None else [],
            **kwargs,
        )


class LeadPhone(LeadMixin, PhoneDoor):
    """The clear number, written down in the journal. The answer is never stored."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        phone = reveal_phone(self.subject, by=request.user, at=self.at)
        response = JsonResponse({"phone": normalize_phone(phone) or phone})
        response["Cache-Control"] = "no-store"
        return response


class DoublesDoor(SellingPage, View):
    """Shops near by with a similar name, or with the same phone: of the whole region, since another prospector's counts.

    Those that are not the person's own are named only where their name is as good as known.
    """

    def get(self, request: HttpRequest) -> JsonResponse:
        asked = checked(Doubt(request.GET))
        own = Lead.objects.visible_to(request.user)
        found = doubles_of(
            **asked,
            leads=Lead.objects.in_regions_of(request.user),
            merchants=Merchant.objects.in_regions_of(request.user),
        )
        mine = set(own.filter(pk__in=[each.of.pk for each in found if each.is_lead]).values_list("pk", flat=True))
        return JsonResponse(
            {
                "doubles": [
                    {
                        "number": each.of.number if is_mine else None,
                        "name": each.of.name if is_mine or each.has_similar_name else "",
                        "distance_m": None if each.distance_m is None else round(each.distance_m),
                    }
                    for each in found
                    for is_mine in [each.is_lead and each.of.pk in mine]
                ]
            }
        )
