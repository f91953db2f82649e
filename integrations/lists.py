import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from integrations.models import ApiToken, Import
from toolkit.lists import FilterSet, Table
from toolkit.templatetags.toolkit import status_badge


class ImportFilter(FilterSet):
    kind = django_filters.ChoiceFilter(choices=Import.Kind.choices)
    status = django_filters.ChoiceFilter(choices=Import.Status.choices)

    class Meta:
        model = Import
        fields: list = []


class ImportTable(Table):
    number = tables.Column()
    kind = tables.Column()
    filename = tables.Column()
    status = tables.Column()
    total = tables.Column()
    created = tables.Column()
    updated = tables.Column()
    failed = tables.Column()
    created_by = tables.Column()
    created_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = Import
        fields = (
            "number",
            "kind",
            "filename",
            "status",
            "total",
            "created",
            "updated",
            "failed",
            "created_by",
            "created_at",
        )
        order_by = "-created_at"

    def render_number(self, record: Import):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: Import) -> str:
        return record.number

    def render_status(self, record: Import):
        return status_badge(record.status, record.get_status_display())


class TokenFilter(FilterSet):
    state = django_filters.ChoiceFilter(
        method="in_state", choices=[("valid", _("Valid")), ("over", _("Revoked or expired"))], label=_("State")
    )

    class Meta:
        model = ApiToken
        fields: list = []

    def in_state(self, queryset, name: str, state: str):
        valid = queryset.valid(timezone.now())
        return valid if state == "valid" else queryset.exclude(pk__in=valid.values("pk"))


class TokenTable(Table):
    number = tables.Column(orderable=False)
    name = tables.Column(orderable=False)
    scopes = tables.Column(orderable=False)
    rate_per_minute = tables.Column(orderable=False)
    created_at = tables.DateTimeColumn(orderable=False)
    created_by = tables.Column(orderable=False)
    last_used_on = tables.DateColumn(orderable=False)
    expires_at = tables.DateTimeColumn(orderable=False)
    revoke = tables.Column(verbose_name="", orderable=False, empty_values=(), exclude_from_export=True)

    class Meta(Table.Meta):
        model = ApiToken
        fields = (
            "number", "name", "scopes", "rate_per_minute", "created_at", "created_by", "last_used_on", "expires_at",
            "revoke",
        )  # fmt: skip

    def render_scopes(self, record: ApiToken) -> str:
        return ", ".join(record.scope_names)

    value_scopes = render_scopes

    def render_revoke(self, record: ApiToken):
        if record.revoked_at:
            return status_badge("cancelled", _("Revoked"))
        if record.expires_at and record.expires_at <= timezone.now():
            return status_badge("cancelled", _("Expired"))
        return format_html(
            '<a class="btn btn-sm" href="{}">{}</a>',
            reverse("office:api-token-revoke", args=[record.number]),
            _("Revoke"),
        )
