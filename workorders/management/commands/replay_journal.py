from django.core.management.base import BaseCommand, CommandError, CommandParser

from workorders.models import WorkOrder
from workorders.queries import deviations


class Command(BaseCommand):
    help = "Replays the journal of every order, or of one, and fails when it does not lead to the order's status."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--order", help="number of one order")

    def handle(self, *args, **options) -> None:
        orders = WorkOrder.objects.all()
        if number := options["order"]:
            orders = orders.filter(number=number)
            if not orders.exists():
                raise CommandError(f"There is no order {number}.")
        found = 0
        for found, each in enumerate(deviations(orders), start=1):
            self.stdout.write(
                f"{each.number}: is {each.status}, the journal says {each.replayed} {each.fault}".rstrip()
            )
        if found:
            raise CommandError(f"{found} orders differ from their journal")
        self.stdout.write(self.style.SUCCESS(f"{orders.count()} orders agree with their journal"))
