"""Sentences a person often needs, offered for one tap. What is sent is plain text in the person's language."""

from django.utils.translation import gettext_lazy as _

REJECTIONS = [
    _("Too far away"),
    _("No time today"),
    _("I lack the skill for this"),
    _("I do not have the part"),
    _("I am ill"),
]
ELSEWHERE = [
    _("The place on the map is wrong"),
    _("My phone finds no position in here"),
    _("The shop is inside a mall"),
    _("We meet somewhere else"),
]
FINDINGS = [
    _("The seal is broken."),
    _("A screw is missing."),
    _("The casing has been opened."),
    _("Something is attached that does not belong there."),
    _("The sticker cannot be read."),
    _("The staff give the password away."),
]
RESOLUTIONS = [
    _("Restarted and updated the terminal."),
    _("Replaced the terminal."),
    _("Set up the network anew."),
    _("Replaced paper, cable or battery."),
    _("Installed and explained how it works."),
    _("Tested with a transaction."),
]
