from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from assets.actions.custody import whereabouts
from assets.lifecycle import TerminalStatus
from assets.models import Binding, Sticker, Terminal
from assets.permissions import BIND_TERMINAL
from assets.queries import find_by_code
from mobile.queries import orders_under_way, terminals_at_hand
from mobile.views.pages import FieldPage
from workorders.actions.terminals import SWAPS
from workorders.models import WorkOrder


class ScanPage(FieldPage, TemplateView):
    """Camera, photo or typing lead to ?code=…, which says what it is, where it is, and what can be done with it."""

    title = _("Scan")
    permission = BIND_TERMINAL
    template_name = "mobile/scan.html"

    def get_context_data(self, **kwargs) -> dict:
        code = self.request.GET.get("code", "").strip()[:300]
        found = find_by_code(code, self.request.user) if code else None
        sticker = found if isinstance(found, Sticker) else None
        terminal = found if isinstance(found, Terminal) else sticker.terminal if sticker else None
        return super().get_context_data(
            code=code,
            found=found,
            sticker=sticker,
            terminal=terminal,
            **(self._about_terminal(terminal) if terminal else {}),
            **(self._about_free_sticker() if sticker and not terminal and not sticker.voided_at else {}),
            **kwargs,
        )

    def _about_terminal(self, terminal: Terminal) -> dict:
        user = self.request.user
        binding = terminal.live_binding
        merchant = binding.merchant if binding else None
        is_free = self._is_free(terminal)
        under_way = list(orders_under_way(user).select_related("type", "terminal")) if is_free else []
        return {
            "whereabouts": whereabouts(terminal),
            "binding": binding,
            "orders_here": orders_under_way(user).filter(merchant=merchant) if merchant else [],
            "is_free": is_free,
            "orders": under_way,
            "swaps": (swaps := self._swaps(under_way)),
            "plain_orders": [order for order in under_way if not any(order == one and olds for one, olds in swaps)],
        }

    def _is_free(self, terminal: Terminal) -> bool:
        is_ready = terminal.status in (TerminalStatus.TESTED, TerminalStatus.ISSUED, TerminalStatus.RETRIEVED)
        return is_ready and terminal.holder_id in (None, self.request.user.pk) and not terminal.is_blocked

    def _swaps(self, under_way: list[WorkOrder]) -> list[tuple[WorkOrder, list[Terminal]]]:
        """Orders that swap, with the terminals that may go away: that of the order, else all at its merchant."""
        swaps = [order for order in under_way if order.type.code in SWAPS]
        live = Binding.objects.live().filter(merchant__in=[order.merchant_id for order in swaps])
        there = list(live.select_related("terminal__model")) if swaps else []
        return [
            (order, [one.terminal for one in there if one.merchant_id == order.merchant_id
                     and order.terminal_id in (None, one.terminal_id)])
            for order in swaps
        ]  # fmt: skip

    def _about_free_sticker(self) -> dict:
        return {"terminals": terminals_at_hand(self.request.user)}
