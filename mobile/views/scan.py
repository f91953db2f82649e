from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from assets.actions.custody import whereabouts
from assets.lifecycle import TerminalStatus
from assets.models import Sticker, Terminal
from assets.permissions import BIND_TERMINAL
from assets.queries import find_by_code
from mobile.queries import orders_under_way, terminals_at_hand
from mobile.views.pages import FieldPage


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
        is_free = terminal.status == TerminalStatus.TESTED or terminal.holder_id == user.pk
        return {
            "whereabouts": whereabouts(terminal),
            "binding": binding,
            "orders_here": orders_under_way(user).filter(merchant=merchant) if merchant else [],
            "is_free": is_free,
            "orders": orders_under_way(user) if is_free else [],
        }

    def _about_free_sticker(self) -> dict:
        return {"terminals": terminals_at_hand(self.request.user)}
