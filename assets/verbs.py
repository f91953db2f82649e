from django.utils.translation import gettext_lazy as _

VERBS = {
    "assets.receive_terminal": _("received the terminal"),
    "assets.change_terminal": _("changed the terminal"),
    "assets.issue_terminal": _("issued the terminal to a bag"),
    "assets.take_back_terminal": _("took the terminal back into stock"),
    "assets.scrap_terminal": _("scrapped the terminal"),
    "assets.bind_terminal": _("bound the terminal to the merchant"),
    "assets.unbind_terminal": _("took the terminal away from the merchant"),
    "assets.follow_merchant": _("moved the terminal with its merchant into another region"),
    "assets.reveal_account": _("looked at a settlement account"),
    "assets.print_stickers": _("made a sheet of stickers"),
    "assets.bind_sticker": _("stuck a sticker on the terminal"),
}
