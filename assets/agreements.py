"""What was agreed with the acquirer, in one spelling, before a binding freezes it."""

import re

from django.utils.translation import gettext as _

from assets.models import normal_code
from merchants.credit_codes import is_credit_code
from toolkit.errors import Refused

ACCOUNT = re.compile(r"[0-9A-Z]{8,34}")


def agreed(
    *, acquirer_code: str = "", merchant_code: str = "", credit_code: str = "", settlement_account: str = ""
) -> dict[str, str]:
    """Fields of a Binding. Refused where a number cannot be one; empty ones are not known yet."""
    credit_code = normal_code(credit_code)
    if credit_code and not is_credit_code(credit_code):
        raise Refused(
            _("“%(code)s” is not a unified social credit code: 18 characters, the last of which checks the others. "
              "Compare it with the business licence.") % {"code": credit_code},
            field="credit_code",
        )  # fmt: skip
    settlement_account = normal_code(settlement_account).replace("-", "")
    if settlement_account and not ACCOUNT.fullmatch(settlement_account):
        raise Refused(_("A settlement account has 8 to 34 digits or letters."), field="settlement_account")
    return {
        "acquirer_code": acquirer_code.strip(),
        "merchant_code": merchant_code.strip(),
        "credit_code": credit_code,
        "settlement_account": settlement_account,
    }
