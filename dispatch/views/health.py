from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from dispatch import permissions
from dispatch.health import BY_KEY, CHECKS, COUNTED
from toolkit.views import Page

ROWS = 50


class SchedulingHealth(Page, TemplateView):
    """All checks with their counts, and the rows of one: ?check=…, else the first that finds something."""

    permission = permissions.SEE_HEALTH
    title = gettext_lazy("Scheduling health")
    template_name = "dispatch/health.html"

    def get_context_data(self, **kwargs) -> dict:
        user, now = self.request.user, timezone.now()
        counts = [(check, check.count(user, now)) for check in CHECKS]
        worst = next((check for check, count in counts if count), CHECKS[0])
        chosen = BY_KEY.get(self.request.GET.get("check", ""), worst)
        page = Paginator(chosen.rows(user, now)[:COUNTED], ROWS).get_page(self.request.GET.get("page"))
        may_mend = user.has_perm(chosen.permission)
        return super().get_context_data(
            counts=[(check, count, count > COUNTED, check is chosen) for check, count in counts],
            chosen=chosen,
            rows=[(chosen.name(row), chosen.about(row), chosen.mend(row) if may_mend else "") for row in page],
            page=page,
            counted=COUNTED,
            **kwargs,
        )
