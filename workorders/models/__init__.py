from workorders.models.experience import PartUse
from workorders.models.faults import FaultCode, FaultCodeQuerySet
from workorders.models.follow_ups import FollowUp, FollowUpQuerySet, FollowUpRules
from workorders.models.orders import ELSEWHERE, Pause, Rejection, WorkOrder, WorkOrderQuerySet
from workorders.models.promises import Promise, PromiseTerms
from workorders.models.requests import Rating, Request, RequestQuerySet, TrackingLink, new_nonce
from workorders.models.signatures import Signature, SignatureQuerySet
from workorders.models.sla import (
    EscalationQuerySet,
    Percent,
    SlaEscalation,
    SlaWarning,
    Target,
    TerritoryCalendar,
)
from workorders.models.support import SupportCall, SupportCallQuerySet
from workorders.models.types import PartNeed, Priority, SkillNeed, SlaPolicy, WorkOrderType
from workorders.models.visits import CodeReview, Visit, VisitRules

__all__ = [
    "ELSEWHERE",
    "CodeReview",
    "EscalationQuerySet",
    "FaultCode",
    "FaultCodeQuerySet",
    "FollowUp",
    "FollowUpQuerySet",
    "FollowUpRules",
    "PartNeed",
    "PartUse",
    "Pause",
    "Percent",
    "Priority",
    "Promise",
    "PromiseTerms",
    "Rating",
    "Rejection",
    "Request",
    "RequestQuerySet",
    "Signature",
    "SignatureQuerySet",
    "SkillNeed",
    "SlaEscalation",
    "SlaPolicy",
    "SlaWarning",
    "SupportCall",
    "SupportCallQuerySet",
    "Target",
    "TerritoryCalendar",
    "TrackingLink",
    "Visit",
    "VisitRules",
    "WorkOrder",
    "WorkOrderQuerySet",
    "WorkOrderType",
    "new_nonce",
]
