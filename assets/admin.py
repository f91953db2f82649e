from django.contrib import admin

from assets.models import Binding, Sticker, StickerSheet, Terminal, TerminalModel
from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin


@admin.register(TerminalModel)
class TerminalModelAdmin(ReferenceAdmin):
    list_display = ("maker", "name", "code", "kind", "has_card_reader", "has_printer")
    list_filter = ("kind", "maker")
    search_fields = ("maker", "name", "code")


@admin.register(Terminal)
class TerminalAdmin(ReadOnlyAdmin):
    list_display = ("serial", "model", "status", "region", "holder")
    list_filter = ("status", "model")
    list_select_related = ("model", "region", "holder")
    search_fields = ("serial",)
    exclude = ("bigrams",)
    show_full_result_count = False

    def get_search_results(self, request, queryset, search_term):
        return (queryset.search(search_term) if search_term else queryset), False


@admin.register(Binding)
class BindingAdmin(ReadOnlyAdmin):
    list_display = ("terminal", "merchant", "started_at", "ended_at", "end_reason")
    exclude = ("settlement_account",)
    list_select_related = ("terminal", "merchant")
    search_fields = ("terminal__serial__exact", "merchant__number__exact")
    show_full_result_count = False


@admin.register(StickerSheet)
class StickerSheetAdmin(ReadOnlyAdmin):
    list_display = ("number", "region", "count", "made_at", "made_by")
    list_select_related = ("region", "made_by")


@admin.register(Sticker)
class StickerAdmin(ReadOnlyAdmin):
    list_display = ("number", "sheet", "terminal", "bound_at", "voided_at")
    list_select_related = ("sheet", "terminal")
    search_fields = ("number__exact", "terminal__serial__exact")
    show_full_result_count = False
