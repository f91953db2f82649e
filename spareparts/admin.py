from django.contrib import admin

from spareparts.models import ApprovalRule, Channel, KeyBatch, Part, Place, Supplier
from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin


@admin.register(Part)
class PartAdmin(ReferenceAdmin):
    list_display = ["name", "name_zh", "code", "unit", "is_serialised", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code", "name", "name_zh"]


@admin.register(Place)
class PlaceAdmin(ReferenceAdmin):
    """Depots and the like. Bags come by themselves."""

    list_display = ["name", "code", "kind", "region", "calendar", "is_active"]
    list_select_related = ["region", "calendar"]
    search_fields = ["code", "name"]
    exclude = ["person"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(kind__in=Place.MADE_BY_THEMSELVES)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "kind":
            kwargs["choices"] = [choice for choice in Place.Kind.choices if choice[0] not in Place.MADE_BY_THEMSELVES]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Supplier)
class SupplierAdmin(ReferenceAdmin):
    list_display = ["name", "code", "is_active"]
    search_fields = ["code", "name"]


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReferenceAdmin):
    list_display = ["region", "above"]
    list_select_related = ["region"]


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ["number", "place", "person"]
    list_select_related = ["place", "person"]
    search_fields = ["number", "place__name"]


@admin.register(KeyBatch)
class KeyBatchAdmin(ReadOnlyAdmin):
    list_display = ["number", "part", "serials", "face_value", "activated"]
    list_select_related = ["part"]
    search_fields = ["number"]
