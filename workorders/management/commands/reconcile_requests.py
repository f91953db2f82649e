from django.core.management.base import BaseCommand, CommandError

from workorders.queries import reconciliation


class Command(BaseCommand):
    help = "Shows how all requests ended, and fails when one ended as nothing."

    def handle(self, *args, **options) -> None:
        found = reconciliation()
        self.stdout.write(f"{found.requests} requests")
        for outcome, count in sorted(found.outcomes.items()):
            self.stdout.write(f"  {count} {outcome}")
        self.stdout.write(f"{found.orders_without_request} orders opened without a request")
        for kind, numbers in found.orphans.items():
            self.stdout.write(f"{len(numbers)} {kind}{': ' if numbers else ''}{', '.join(numbers[:50])}")
        orphans = sum(map(len, found.orphans.values()))
        if orphans:
            raise CommandError(f"{orphans} orphans")
        self.stdout.write(self.style.SUCCESS("0 orphans"))
