from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin
from workorders.models import (
    FaultCode,
    FollowUpRules,
    PartNeed,
    Rating,
    Request,
    SkillNeed,
    SlaPolicy,
    TerritoryCalendar,
    VisitRules,
    WorkOrder,
    WorkOrderType,
)


class SkillNeedInline(admin.TabularInline):
    model = SkillNeed
    extra = 1


class PartNeedInline(admin.TabularInline):
    model = PartNeed
    extra = 1
    autocomplete_fields = ("part",)


@admin.register(WorkOrderType)
class WorkOrderTypeAdmin(ReferenceAdmin):
    list_display = ("name", "name_zh", "code", "duration_min", "procedure", "is_active")
    list_filter = ("is_active", "needs_fault_codes")
    list_select_related = ("procedure",)
    filter_horizontal = ("organisations",)
    inlines = (SkillNeedInline, PartNeedInline)


@admin.register(FaultCode)
class FaultCodeAdmin(ReferenceAdmin):
    list_display = ("name", "name_zh", "kind", "code", "model_kind", "is_other", "is_active")
    list_filter = ("kind", "model_kind", "is_active", "is_other")
    search_fields = ("code", "name", "name_zh")


@admin.register(VisitRules)
class VisitRulesAdmin(ReferenceAdmin):
    list_display = ("__str__", "low_below", "fence_m", "fastest_kmh", "most_skew_s")

    def has_add_permission(self, request) -> bool:
        return super().has_add_permission(request) and not VisitRules.objects.exists()


@admin.register(FollowUpRules)
class FollowUpRulesAdmin(ReferenceAdmin):
    list_display = ("__str__", "silent_days", "most_calls", "low_score")

    def has_add_permission(self, request) -> bool:
        return super().has_add_permission(request) and not FollowUpRules.objects.exists()


@admin.register(SlaPolicy)
class SlaPolicyAdmin(ReferenceAdmin):
    list_display = (
        "name", "service_level", "order_type", "tier", "region", "priority", "calendar", "response_min",
        "resolution_min",
    )  # fmt: skip
    list_select_related = ("order_type", "region", "calendar")


@admin.register(TerritoryCalendar)
class TerritoryCalendarAdmin(ReferenceAdmin):
    list_display = ("region", "calendar")
    list_select_related = ("region", "calendar")


class LargeTableAdmin(ReadOnlyAdmin):
    """Found by number; never counted."""

    search_fields = ("number",)
    search_help_text = _("Number")
    show_full_result_count = False
    ordering = ("-pk",)

    def get_search_results(self, request, queryset, search_term):
        return (queryset.filter(number__startswith=search_term.upper()) if search_term else queryset), False


@admin.register(WorkOrder)
class WorkOrderAdmin(LargeTableAdmin):
    list_display = ("number", "type", "merchant", "status", "engineer", "opened_at")
    list_select_related = ("type", "merchant", "engineer")
    exclude = ("bigrams", "captures")


@admin.register(Request)
class RequestAdmin(LargeTableAdmin):
    list_display = ("number", "channel", "merchant", "outcome", "order", "received_at")
    list_select_related = ("merchant", "order")
    ordering = ("-received_at",)
    exclude = ("contact_phone", "captures")


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    list_display = ("order", "score", "at", "comment")
    list_select_related = ("order",)
    show_full_result_count = False
    ordering = ("-pk",)
