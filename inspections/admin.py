from django.contrib import admin

from inspections.models import FindingRule, Inspection, InspectionPlan
from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin


@admin.register(InspectionPlan)
class InspectionPlanAdmin(ReadOnlyAdmin):
    list_display = ("number", "name", "region", "type", "every", "unit", "is_active", "ensured_on")
    list_filter = ("is_active", "unit")
    list_select_related = ("region", "type")
    search_fields = ("number__startswith", "name")


@admin.register(Inspection)
class InspectionAdmin(ReadOnlyAdmin):
    list_display = ("due_on", "planned_on", "merchant", "plan", "state", "order", "finished_on")
    list_filter = ("state",)
    list_select_related = ("merchant", "plan", "order")
    ordering = ("-id",)
    search_fields = ("merchant__number__exact", "order__number__exact")
    raw_id_fields = ("merchant", "order", "counted_by")
    show_full_result_count = False


@admin.register(FindingRule)
class FindingRuleAdmin(ReferenceAdmin):
    list_display = ("severity", "kind", "opens", "suspends")
    list_select_related = ("opens",)
