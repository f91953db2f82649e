from inspections.models.findings import (
    PENDING,
    Consequence,
    Finding,
    FindingQuerySet,
    FindingRule,
    FindingStatus,
    Kind,
)
from inspections.models.plans import Inspection, InspectionPlan, InspectionQuerySet, PlanQuerySet

__all__ = [
    "PENDING",
    "Consequence",
    "Finding",
    "FindingQuerySet",
    "FindingRule",
    "FindingStatus",
    "Inspection",
    "InspectionPlan",
    "InspectionQuerySet",
    "Kind",
    "PlanQuerySet",
]
