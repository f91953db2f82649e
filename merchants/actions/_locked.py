"""What every change of a merchant begins with."""

from django.utils.translation import gettext as _

from merchants.models import Merchant
from toolkit.errors import Refused


def locked(merchant: Merchant) -> Merchant:
    merchant = Merchant.objects.select_for_update(of=("self",)).get(pk=merchant.pk)
    refuse_merged(merchant)
    return merchant


def refuse_merged(merchant: Merchant) -> None:
    if merchant.is_merged:
        raise Refused(
            _("%(name)s was merged into %(number)s. Please go on there.")
            % {"name": merchant.name, "number": merchant.merged_into.number}
        )
