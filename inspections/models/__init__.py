from inspections.models.plans import Inspection, InspectionPlan, InspectionQuerySet, PlanQuerySet

__all__ = ["Inspection", "InspectionPlan", "InspectionQuerySet", "PlanQuerySet"]
