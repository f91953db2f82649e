from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from mobile.parts import asked_by, asked_of, coming_to
from mobile.queries import bag_of
from mobile.views.pages import FieldPage
from spareparts.models import Refill, Stock
from workforce.models import Booking, Shift


@dataclass(frozen=True)
class Weekday:
    day: date
    hours: list[tuple[time, time]]
    away: list[Booking]


def _joined(shifts: list[Shift]) -> list[tuple[time, time]]:
    """From when to when; a shift that begins when another ends goes on."""
    hours: list[tuple[time, time]] = []
    for shift in sorted(shifts, key=lambda shift: shift.starts_at):
        if hours and hours[-1][1] == shift.starts_at:
            hours[-1] = (hours[-1][0], shift.ends_at)
        else:
            hours.append((shift.starts_at, shift.ends_at))
    return hours


class MePage(FieldPage, TemplateView):
    title = _("Me")
    template_name = "mobile/me.html"

    def get_context_data(self, **kwargs) -> dict:
        user, today = self.request.user, timezone.localdate(self.at)
        return super().get_context_data(
            today=today,
            week=self._week(today),
            skills=user.skills.filter(Q(expires_on=None) | Q(expires_on__gte=today)).select_related("skill"),
            bag=bag_of(user),
            coming=coming_to(user),
            asked_of_me=asked_of(user),
            asked_by_me=asked_by(user),
            refills=Refill.objects.open().filter(channel__person=user).count(),
            parts=Stock.objects.in_bag_of(user).there().select_related("part").order_by("part__name"),
            **kwargs,
        )

    def _week(self, today: date) -> list[Weekday]:
        """From today, seven days on."""
        user = self.request.user
        shifts = list(user.shifts.all())
        away = list(
            user.bookings.exclude(kind=Booking.Kind.WORK)
            .filter(during__endswith__gt=self.at, during__startswith__lt=self.at + timedelta(days=8))
            .order_by("during")
        )
        days = [today + timedelta(days=ahead) for ahead in range(7)]
        return [
            Weekday(
                day,
                _joined([shift for shift in shifts if shift.weekday == day.weekday()]),
                [
                    each
                    for each in away
                    if timezone.localdate(each.during.lower) <= day <= timezone.localdate(each.during.upper)
                ],
            )
            for day in days
        ]
