"""The parts of a visit's score for a person to read."""

from typing import Any

from django.utils.translation import gettext as _


def in_words(part: dict[str, Any]) -> tuple[str, str, str]:
    """What it is about, what was found, and the points: ("Place", "90 m from the merchant; …", "25/25")."""
    label, sentence = _WORDS[part["code"]](part["facts"])
    points = f"{part['points']}/{part['most']}" if part["most"] else _("does not count")
    return label, sentence, points


def _fence(facts: dict[str, Any]) -> tuple[str, str]:
    if facts["distance_m"] is None:
        return _("Place"), _("There is no position of the check-in.")
    sentence = _("Checked in %(distance_m)d m from the merchant; up to %(allowed_m)d m is on site.")
    return _("Place"), sentence % facts


def _serial(facts: dict[str, Any]) -> tuple[str, str]:
    if not facts["scans"]:
        return _("Serial number"), _("Nothing was scanned, and nothing was asked for.")
    return _("Serial number"), _("%(on_site)d of %(scans)d scans gave a serial of this place during the visit.") % facts


def _camera(facts: dict[str, Any]) -> tuple[str, str]:
    if not facts["photos"]:
        return _("Live photos"), _("There are no photos.")
    return _("Live photos"), _("%(live)d of %(photos)d photos are from the live camera.") % facts


def _duplicates(facts: dict[str, Any]) -> tuple[str, str]:
    if not facts["photos"]:
        return _("Photos seen before"), _("There are no photos.")
    sentence = _("%(duplicates)d of %(photos)d photos look like one of another visit.")
    return _("Photos seen before"), sentence % facts


def _speed(facts: dict[str, Any]) -> tuple[str, str]:
    if facts["kmh"] is None:
        return _("Journey"), _("No visit shortly before to compare with.")
    return _("Journey"), _("From the visit before at %(kmh)d km/h; up to %(fastest)d is believed.") % facts


def _code(facts: dict[str, Any]) -> tuple[str, str]:
    if not facts["codes"]:
        return _("Code in the photo"), _("No photo was to show a code.")
    sentence = _("%(right)d of %(codes)d photos were taken while the code of this visit was shown.") % facts
    if facts["missing"]:
        sentence += " " + _("In %(missing)d of them somebody looked for it in vain.") % facts
    return _("Code in the photo"), sentence


def _clock(facts: dict[str, Any]) -> tuple[str, str]:
    if facts["ahead_s"] is None:
        return _("Clock of the phone"), _("The phone told no times.")
    if facts["ahead_s"] <= 0:
        return _("Clock of the phone"), _("It did not run ahead.")
    return _("Clock of the phone"), _(
        "It ran ahead by up to %(ahead_s)d s; up to %(believed_s)d s is believed."
    ) % facts


_WORDS = {
    "fence": _fence,
    "serial": _serial,
    "camera": _camera,
    "duplicates": _duplicates,
    "speed": _speed,
    "code": _code,
    "clock": _clock,
}
