from prospecting.models.campaigns import Campaign, CampaignCost, Handout
from prospecting.models.grid import Cell, CellOwner
from prospecting.models.leads import Lead
from prospecting.models.opportunities import ExpectedTerminal, LostReason, Offer, Opportunity
from prospecting.models.rounds import Round
from prospecting.models.tasks import ProspectingTask, Stop
from prospecting.models.visits import Competitor, Objection, SeenTerminal, Visit

__all__ = [
    "Campaign",
    "CampaignCost",
    "Cell",
    "CellOwner",
    "Competitor",
    "ExpectedTerminal",
    "Handout",
    "Lead",
    "LostReason",
    "Objection",
    "Offer",
    "Opportunity",
    "ProspectingTask",
    "Round",
    "SeenTerminal",
    "Stop",
    "Visit",
]
