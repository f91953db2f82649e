"""What a score says, in words with figures, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.decay import ALARM
from analytics.models import Contribution
from assets.models import TerminalModel


def _percent(figure: float) -> str:
    return f"{number_format(round(100 * figure), 0)} %"


def _whole(figure: float) -> str:
    return number_format(round(figure), 0, use_l10n=True, force_grouping=True)


def _tenths(figure: float) -> str:
    return number_format(round(figure, 1), 1)


def _rate(figure: float) -> str:
    return f"{number_format(round(figure, 3), 3)} %"


@dataclass(frozen=True)
class Words:
    """`sentence` has %(figure)s, and maybe %(peers)s, %(about)s and %(limit)s in it."""

    label: Any
    sentence: Any
    advice: Any
    unit: Callable[[float], str]


WORDS: dict[str, Words] = {
    "fall": Words(
        gettext_lazy("Business falls away"),
        gettext_lazy("Business falls away: alarm index %(figure)s against %(peers)s in its trade; %(limit)s is an alarm."),
        gettext_lazy("Call within two days and ask what has changed: another provider, another till, less custom?"),
        _tenths,
    ),
    "volume": Words(
        gettext_lazy("Amount of four weeks"),
        gettext_lazy("Takes %(figure)s of its usual amount, the market taken out; its trade takes %(peers)s."),
        gettext_lazy("Look at the till together: which payments no longer go through our terminal, and why?"),
        _percent,
    ),
    "silence": Words(
        gettext_lazy("Days without a transaction"),
        gettext_lazy("Days without a transaction on which one was to be expected: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Go there: does the shop still exist, and does the terminal work?"),
        _whole,
    ),
    "repairs": Words(
        gettext_lazy("Repairs in 90 days"),
        gettext_lazy("Repairs in 90 days: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Swap the terminal instead of repairing it again."),
        _whole,
    ),
    "repeats": Words(
        gettext_lazy("Repeated repairs in 30 days"),
        gettext_lazy("Repairs repeated within 30 days: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Send a senior engineer, and say sorry."),
        _whole,
    ),
    "complaints": Words(
        gettext_lazy("Complaints and bad ratings in 90 days"),
        gettext_lazy("Complaints and bad ratings in 90 days: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Read the complaint, call, and say what has been done about it."),
        _whole,
    ),
    "device_years": Words(
        gettext_lazy("Age of the oldest terminal"),
        gettext_lazy("Years of age of the oldest terminal: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Offer a new terminal with the next contract."),
        _tenths,
    ),
    "contract_days": Words(
        gettext_lazy("Days left of the contract"),
        gettext_lazy("Days until the contract ends: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Bring the renewal before somebody else brings an offer."),
        _whole,
    ),
    "visit_days": Words(
        gettext_lazy("Days since the last visit"),
        gettext_lazy("Days since somebody was there: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Put a visit on the route of somebody who is near."),
        _whole,
    ),
    "fee": Words(
        gettext_lazy("Fee rate"),
        gettext_lazy("Pays %(figure)s; its trade pays %(peers)s."),
        gettext_lazy("Compare the fee with its trade and offer what volume allows."),
        _rate,
    ),
    "overdue": Words(
        gettext_lazy("Overdue inspection"),
        gettext_lazy("Days an inspection is overdue: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Do the inspection and the talk in one visit."),
        _whole,
    ),
    "growth": Words(
        gettext_lazy("Growth"),
        gettext_lazy("Takes %(figure)s of its usual amount, the market taken out; its trade takes %(peers)s."),
        gettext_lazy("Congratulate, and offer what takes the queue away: another terminal, a scanner."),
        _percent,
    ),
    "per_terminal": Words(
        gettext_lazy("Transactions on one terminal a day"),
        gettext_lazy("Transactions on one terminal a day: %(figure)s; in its trade %(peers)s."),
        gettext_lazy("Several tills seem to share a terminal: offer one more."),
        _whole,
    ),
    "package": Words(
        gettext_lazy("Amount against the package"),
        gettext_lazy("Takes CNY %(figure)s a month; merchants of its trade with the same package take %(peers)s."),
        gettext_lazy("Offer the next package: at this volume faster service pays."),
        _whole,
    ),
    "lacking": Words(
        gettext_lazy("What most peers have"),
        gettext_lazy("Has no %(about)s; %(figure)s of its trade have one."),
        gettext_lazy("Show it on the next visit: %(about)s."),
        _percent,
    ),
}  # fmt: skip
REASONS = [(name, words.label) for name, words in WORDS.items()]


def _names(part: Contribution) -> dict[str, Any]:
    unit = WORDS[part.name].unit
    about = dict(TerminalModel.Kind.choices).get(part.about, "")
    return {
        "figure": "–" if part.figure is None else unit(part.figure),
        "peers": "–" if part.peers is None else unit(part.peers),
        "about": about,
        "limit": _tenths(ALARM),
    }


def in_words(part: Contribution) -> str:
    words = WORDS[part.name]
    if part.figure is None:
        return _("%(label)s: not known") % {"label": words.label}
    return str(words.sentence) % _names(part)


def advice(part: Contribution) -> str:
    return str(WORDS[part.name].advice) % _names(part)


def shown(part: Contribution) -> dict[str, Any]:
    """A row of the table of all contributions."""
    return {"label": WORDS[part.name].label, "points": part.points, **_names(part)}
