from django.utils.translation import gettext_lazy as _

VERBS = {
    "merchants.create_merchant": _("added the merchant"),
    "merchants.change_merchant": _("changed the merchant"),
    "merchants.set_contact": _("set a contact"),
    "merchants.remove_contact": _("removed a contact"),
    "merchants.reveal_phone": _("looked at a phone number"),
    "merchants.sign_contract": _("signed a contract"),
    "merchants.load_holidays": _("loaded the public holidays into the calendar"),
    "merchants.merge_merchants": _("merged a double into this merchant"),
}
