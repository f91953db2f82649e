from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Min
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Terminal, TerminalState
from assets.views.office import TerminalMixin
from toolkit.views import PanelPage

SHOWN = timedelta(days=7)
CLOCK_WRONG_S = 120


class TerminalTelemetry(TerminalMixin, PanelPage):
    template_name = "assets/terminal_telemetry.html"

    def get_context_data(self, **kwargs) -> dict:
        state = TerminalState.objects.filter(terminal=self.subject).first()
        chart = chart_of(self.subject, timezone.now()) if state else None
        is_wrong = state is not None and abs(state.clock_off_s) >= CLOCK_WRONG_S
        return super().get_context_data(
            state=state, chart=chart, clock_off_min=round(state.clock_off_s / 60) if is_wrong else None, **kwargs
        )


def chart_of(terminal: Terminal, at: datetime) -> dict[str, Any] | None:
    """A plotly figure: what it said in the last seven days, by the hour; between two words the earlier one holds."""
    hours: list[dict[str, Any]] = list(
        terminal.readings.filter(at__gt=at - SHOWN, at__lte=at)
        .values(hour=TruncHour("at", tzinfo=terminal.region.zone))
        .annotate(paper=Avg("paper_percent"), battery=Avg("battery_percent"), keys=Min("card_keys_left"))
        .order_by("hour")
    )

    def line(name: str, label: str, axis: str = "y") -> dict[str, Any]:
        said = [hour for hour in hours if hour[name] is not None]
        return {
            "type": "scatter", "mode": "lines", "name": label, "yaxis": axis, "line": {"width": 2, "shape": "hv"},
            "x": [f"{hour['hour']:%Y-%m-%d %H:%M}" for hour in said], "y": [round(float(hour[name])) for hour in said],
        }  # fmt: skip

    lines = [line("paper", _("Paper, %")), line("battery", _("Battery, %")), line("keys", _("Card keys left"), "y2")]
    layout = {
        "legend": {"orientation": "h", "y": -0.2}, "hovermode": "x unified", "height": 300, "yaxis": {"range": [0, 101]},
        "yaxis2": {
            "overlaying": "y", "side": "right", "rangemode": "tozero", "showgrid": False, "tickmode": "auto", "automargin": True,
        },
    }  # fmt: skip
    return {"data": [each for each in lines if each["x"]], "layout": layout} if hours else None
