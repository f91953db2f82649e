from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.actions import load_holidays
from merchants.models import CalendarDay, Contact, Contract, DocumentRule, Merchant, ServiceCalendar, Trade
from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin
from toolkit.errors import Refused


@admin.register(Trade)
class TradeAdmin(ReferenceAdmin):
    list_display = ("name", "code")
    search_fields = ("name", "code")


@admin.register(DocumentRule)
class DocumentRuleAdmin(ReferenceAdmin):
    list_display = ("kind", "type", "is_required")
    list_filter = ("kind",)


@admin.action(description=gettext_lazy("Load the public holidays of this year and the next"))
def load_public_holidays(modeladmin, request, queryset) -> None:
    now = timezone.now()
    for calendar in queryset:
        for year in (timezone.localdate().year, timezone.localdate().year + 1):
            try:
                added = load_holidays(calendar, year=year, by=request.user, at=now)
            except Refused as refusal:
                modeladmin.message_user(request, str(refusal), messages.WARNING)
            else:
                values = {"calendar": calendar, "year": year, "count": added}
                modeladmin.message_user(request, _("%(calendar)s: %(count)s days of %(year)s added.") % values)


@admin.register(ServiceCalendar)
class ServiceCalendarAdmin(ReferenceAdmin):
    list_display = ("name", "time_zone")
    search_fields = ("name",)
    actions = (load_public_holidays,)


@admin.register(CalendarDay)
class CalendarDayAdmin(ReferenceAdmin):
    list_display = ("date", "calendar", "name", "hours")
    list_filter = ("calendar",)
    date_hierarchy = "date"
    list_select_related = ("calendar",)


class ContactInline(admin.TabularInline):
    """Phones stay masked here: revealing one is journalled, in the office."""

    model = Contact
    fields = ("name", "role", "masked_phone", "email", "is_primary")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_staff


class ContractInline(admin.TabularInline):
    model = Contract
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.is_staff


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    list_display = ("number", "name", "region", "tier", "status")
    list_filter = ("tier", "status", "trade")
    list_select_related = ("region",)
    search_fields = ("name",)
    exclude = ("bigrams",)
    inlines = (ContactInline, ContractInline)
    show_full_result_count = False

    def get_search_results(self, request, queryset, search_term):
        return (queryset.search(search_term) if search_term else queryset), False
