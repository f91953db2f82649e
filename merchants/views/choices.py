from merchants import permissions
from merchants.models import Merchant
from toolkit.choices import ChoicePage
from workforce.models import User
from workforce.roles import Role


class MerchantSearch(ChoicePage):
    permission = permissions.VIEW_MERCHANT

    def rows(self):
        return Merchant.objects.visible_to(self.request.user).not_merged().select_related("region")

    def choice(self, row: Merchant) -> tuple[str, str]:
        return row.number, " · ".join(filter(None, [row.name, row.number, row.region.name, row.address]))


class BearerSearch(ChoicePage):
    """Who may bring the documents of a review."""

    permission = permissions.EDIT_REVIEW

    def rows(self):
        people = User.objects.visible_to(self.request.user).filter(role=Role.PROSPECTOR, is_active=True)
        return people.select_related("region").order_by("name", "pk")

    def choice(self, row: User) -> tuple[str, str]:
        return row.username, " · ".join(filter(None, [row.name, row.region and row.region.name]))
