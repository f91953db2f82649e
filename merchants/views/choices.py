from merchants import permissions
from merchants.models import Merchant
from toolkit.choices import ChoicePage


class MerchantSearch(ChoicePage):
    permission = permissions.VIEW_MERCHANT

    def rows(self):
        return Merchant.objects.visible_to(self.request.user).not_merged().select_related("region")

    def choice(self, row: Merchant) -> tuple[str, str]:
        return row.number, " · ".join(filter(None, [row.name, row.number, row.region.name, row.address]))
