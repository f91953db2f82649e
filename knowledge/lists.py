import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from assets.models import TerminalModel
from knowledge.lifecycle import Status
from knowledge.models import Article
from toolkit.lists import FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import status_badge
from workorders.models import FaultCode


class ArticleFilter(FilterSet):
    q = SearchFilter(label=gettext_lazy("Any two characters of title, text or number"))
    status = django_filters.MultipleChoiceFilter(choices=Status.choices, label=gettext_lazy("Status"))
    terminal_models = django_filters.ModelChoiceFilter(
        queryset=TerminalModel.objects.all(), label=gettext_lazy("Terminal model")
    )
    fault_codes = django_filters.ModelChoiceFilter(queryset=FaultCode.objects.all(), label=gettext_lazy("Fault code"))

    class Meta:
        model = Article
        fields = ()


class ArticleTable(Table):
    number = tables.Column(order_by=("id",))
    title = tables.Column(verbose_name=gettext_lazy("title"), orderable=False, empty_values=())
    status = tables.Column(orderable=False)
    terminal_models = tables.Column(orderable=False, empty_values=())
    fault_codes = tables.Column(orderable=False, empty_values=())
    solved_count = tables.Column()
    unsolved_count = tables.Column()
    author = tables.Column(orderable=False)
    written_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = Article
        fields = (
            "number", "title", "status", "terminal_models", "fault_codes", "solved_count", "unsolved_count", "author",
            "written_at",
        )  # fmt: skip
        hidden = ("fault_codes",)
        order_by = "-number"

    def render_number(self, record: Article):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: Article) -> str:
        return record.number

    def render_title(self, record: Article):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), str(record))

    def value_title(self, record: Article) -> str:
        return str(record)

    def render_status(self, record: Article):
        return status_badge(record.status, record.get_status_display())

    def render_terminal_models(self, record: Article) -> str:
        return self.value_terminal_models(record) or "–"

    def value_terminal_models(self, record: Article) -> str:
        return ", ".join(map(str, record.terminal_models.all()))

    def render_fault_codes(self, record: Article) -> str:
        return self.value_fault_codes(record) or "–"

    def value_fault_codes(self, record: Article) -> str:
        return ", ".join(map(str, record.fault_codes.all()))
