from dataclasses import dataclass
from datetime import date, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from mobile.parts import asked_by, asked_of, coming_to
from mobile.queries import bag_of
from mobile.views.pages import FieldPage
from spareparts.models import Refill, Stock
from toolkit.codes import qr_svg
from workforce.actions import own_badge
from workforce.models import Badge, Booking, Shift
from workorders.permissions import DO_ORDER


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


def check_url(badge: Badge) -> str:
    """Where a merchant asks about it, with the code filled in."""
    return f"{settings.SITE_URL}{reverse('public:engineer-check')}?badge={badge}"


class MePage(FieldPage, TemplateView):
    title = _("Me")
    template_name = "mobile/me.html"

    def get_context_data(self, **kwargs) -> dict:
        user, today = self.request.user, timezone.localdate(self.at)
        badge = own_badge(user, at=self.at) if user.has_perm(DO_ORDER) else None
        return super().get_context_data(
            today=today,
            badge=badge,
            badge_qr=badge and qr_svg(check_url(badge)),
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
