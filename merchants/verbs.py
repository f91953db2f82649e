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
    "merchants.begin_review": _("began the onboarding review"),
    "merchants.choose_kind": _("chose the kind of merchant"),
    "merchants.hand_on_review": _("chose who brings the documents"),
    "merchants.give_document": _("handed in a document"),
    "merchants.submit_review": _("submitted the documents"),
    "merchants.accept_document": _("accepted a document"),
    "merchants.reject_document": _("rejected a document"),
    "merchants.pass_review": _("passed the onboarding review"),
    "merchants.reveal_number": _("looked at the number of a document"),
}
