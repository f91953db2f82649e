"""What the board says, on the page (where static/js/board*.js fills in the names) and from the server."""

from django.utils.translation import gettext_lazy as _

# how bad it is: `stop` cannot be done, `clash` only by force, `warn` is asked about, `note` is only told
LEVELS = {
    "under_way": "stop", "past": "stop", "taken": "clash", "away": "clash", "off_shift": "warn", "late": "warn",
    "no_skill": "warn", "rejected": "warn", "way_there": "warn", "way_on": "warn", "limit": "warn", "locked": "note",
}  # fmt: skip

WORDS = {
    # conflicts
    "under_way": _("%(order)s is “%(status)s”: work that has begun is not moved."),
    "past": _("The start lies in the past."),
    "taken": _("%(name)s already has %(what)s from %(start)s to %(end)s."),
    "away": _("%(name)s is away from %(start)s to %(end)s: %(what)s."),
    "off_shift": _("This lies outside the shift of %(name)s."),
    "off_day": _("%(name)s has no shift that day."),
    "late": _("This is later than promised: %(time)s at the latest."),
    "no_skill": _("%(name)s lacks the skill %(skill)s at level %(level)s."),
    "rejected": _("%(name)s did not take this order."),
    "way_there": _("The way there takes %(way)s min, there are %(gap)s min for it."),
    "way_on": _("The way to the next order takes %(way)s min, there are %(gap)s min for it."),
    "limit": _("%(name)s: %(reason)s."),
    "locked": _("Person and time are locked."),
    # bars and rows
    "load": _("%(booked)s of %(shift)s h"),
    "off": _("off"),
    "lunch": _("Lunch"),
    "leave": _("On leave"),
    "training": _("In training"),
    "work": _("Work"),
    "level": _("%(skill)s, level %(level)s"),
    "expired": _("%(skill)s, expired"),
    "is_late": _("late"),
    "is_locked": _("locked"),
    "is_double": _("double booked"),
    "way": _("%(way)s min on the way"),
    "span": _("%(start)s to %(end)s"),
    "card": _("%(order)s, %(merchant)s, %(type)s, %(priority)s, %(minutes)s min"),
    "minutes": _("%(minutes)s min"),
    "due": _("due %(time)s"),
    "overdue": _("overdue since %(time)s"),
    # what is asked and told
    "assign": _("Assign %(order)s to %(name)s, %(start)s–%(end)s"),
    "move": _("Move %(order)s to %(start)s–%(end)s"),
    "return": _("Put %(order)s back into the pool"),
    "to_pool": _("Back into the pool"),
    "checked": _("Way there %(way)s min, %(added)s min more driving."),
    "nothing_to_undo": _("There is nothing to undo."),
    "waiting_more": _("and %(count)s more"),
    "offline": _("No connection: the board may be out of date."),
    "failed": _("That did not work. Please check your connection and try again."),
}

ASSIGN_REASONS = [
    _("Nearest"), _("Knows the merchant"), _("Has the part"), _("The merchant asked for them"), _("Balances the day"),
]  # fmt: skip
RETURN_REASONS = [
    _("The merchant asked for another time"), _("Needs another skill"), _("Away unexpectedly"), _("Not possible today"),
]  # fmt: skip
