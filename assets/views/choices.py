from assets import permissions
from assets.models import Terminal
from toolkit.choices import ChoicePage
from workforce.models import User


class TerminalSearch(ChoicePage):
    permission = permissions.VIEW_TERMINAL

    def rows(self):
        terminals = Terminal.objects.visible_to(self.request.user)
        return terminals.select_related("model", "holder").with_live_bindings()

    def choice(self, row: Terminal) -> tuple[str, str]:
        place = row.live_bindings[0].merchant.name if row.live_bindings else row.holder and row.holder.name
        return row.serial, " · ".join(filter(None, [row.serial, str(row.model), place or row.get_status_display()]))


class BagSearch(ChoicePage):
    """People of the field, who have a bag."""

    permission = permissions.EDIT_TERMINAL

    def rows(self):
        return User.objects.visible_to(self.request.user).field_staff().select_related("region")

    def choice(self, row: User) -> tuple[str, str]:
        return row.username, " · ".join(filter(None, [row.name, row.get_role_display(), str(row.region or "")]))
