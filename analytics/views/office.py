from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from analytics.charts import CHARTS
from analytics.home import HOMES, Home
from assets.models import Terminal
from assets.permissions import VIEW_TERMINAL
from knowledge.models import Article, Message
from knowledge.permissions import VIEW_ARTICLE, VIEW_THREAD
from merchants.models import Merchant
from merchants.permissions import VIEW_MERCHANT
from toolkit.views import Page
from workforce.models import User
from workforce.permissions import SEE_OFFICE, VIEW_PEOPLE
from workorders.models import WorkOrder
from workorders.permissions import VIEW_ORDER

FOUND_PER_KIND = 8


def home_of(user: User) -> Home:
    return HOMES.get(user.role) or HOMES["manager"]


class HomePage(Page, TemplateView):
    """What needs this person now: numbers that lead to their lists, then charts."""

    permission = SEE_OFFICE
    template_name = "analytics/home.html"

    def get_title(self) -> str:
        hour = timezone.localtime().hour
        greeting = _("Good morning") if hour < 11 else _("Good day") if hour < 18 else _("Good evening")
        return _("%(greeting)s, %(name)s") % {"greeting": greeting, "name": self.request.user.name}

    def get_context_data(self, **kwargs) -> dict:
        home = home_of(self.request.user)
        return super().get_context_data(
            tiles=[
                tile.shown_to(self.request) for tile in home.tiles if self.request.user.has_perm(tile.page.permission)
            ],
            charts=home.charts,
            **kwargs,
        )


class ChartPanel(Page, TemplateView):
    """One chart, loaded after the numbers."""

    permission = SEE_OFFICE
    template_name = "analytics/chart.html"

    def get_context_data(self, **kwargs) -> dict:
        name = self.kwargs["name"]
        if name not in home_of(self.request.user).charts:
            raise Http404
        heading, figure = CHARTS[name](self.request.user, timezone.localdate())
        return super().get_context_data(heading=heading, figure=figure, chart_id=f"figure-{name}", **kwargs)


class SearchPage(Page, TemplateView):
    """One box for everything: merchants, orders, terminals, articles, messages, people, each within what the person may see."""

    permission = SEE_OFFICE
    template_name = "analytics/search.html"
    title = gettext_lazy("Search")

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        text = self.request.GET.get("q", "").strip()
        kinds = [
            (_("Merchants"), Merchant.objects.not_merged().select_related("region"), VIEW_MERCHANT, "merchant-list"),
            (_("Work orders"), WorkOrder.objects.select_related("merchant"), VIEW_ORDER, "work-order-list"),
            (_("Terminals"), Terminal.objects.select_related("model"), VIEW_TERMINAL, "terminal-list"),
            (_("Articles"), Article.objects.all(), VIEW_ARTICLE, "article-list"),
            (_("Messages"), Message.objects.select_related("order"), VIEW_THREAD, ""),
            (_("People"), User.objects.select_related("region"), VIEW_PEOPLE, "person-list"),
        ]
        groups = []
        for label, queryset, permission, page in kinds if len(text) > 1 else ():
            if user.has_perm(permission):
                rows = list(queryset.visible_to(user).search(text)[: FOUND_PER_KIND + 1])
                groups.append(
                    (
                        label,
                        rows[:FOUND_PER_KIND],
                        len(rows) > FOUND_PER_KIND,
                        reverse(f"office:{page}") if page else "",
                    )
                )
        return super().get_context_data(
            everything=text, groups=groups, is_empty=not any(rows for _label, rows, *_rest in groups), **kwargs
        )
