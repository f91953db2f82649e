from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from merchants.actions import load_holidays
from merchants.models import ServiceCalendar
from toolkit.errors import Refused


class Command(BaseCommand):
    help = "Adds China's public holidays and make-up workdays of a year to the service calendars. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, nargs="+")
        parser.add_argument("--calendar", help="name of one calendar; without it, all of them")

    def handle(self, *, year: list[int], calendar: str | None, **options) -> None:
        calendars = ServiceCalendar.objects.filter(name=calendar) if calendar else ServiceCalendar.objects.all()
        if not calendars:
            raise CommandError("There is no such service calendar.")
        for one in calendars:
            for wanted in year:
                try:
                    added = load_holidays(one, year=wanted, by=None, at=timezone.now())
                except Refused as refusal:
                    raise CommandError(str(refusal)) from refusal
                self.stdout.write(f"{one}: {added} days of {wanted} added")
