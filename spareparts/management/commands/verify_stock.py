from django.core.management.base import BaseCommand, CommandError

from spareparts.verify import first_difference, first_month_difference, sums


class Command(BaseCommand):
    help = (
        "Compares the stock by the ledger with the levels and with the sums by month, and names the first difference."
    )

    def handle(self, *args, **options) -> None:
        if found := first_difference():
            quantity, value = found.quantity, found.value
            raise CommandError(
                f"{found.part.code} at {found.place.code}: {quantity[0]} by the ledger, {quantity[1]} by the level; "
                f"worth {value[0]} by the ledger, {value[1]} by the level"
            )
        if differs := first_month_difference():
            figures = ", ".join(
                f"{name} {one} by the ledger, {kept} kept" for name, (one, kept) in differs.figures.items()
            )
            raise CommandError(f"{differs.part.code} at {differs.place.code} in {differs.month:%Y-%m}: {figures}")
        moves, levels, pieces, worth = sums()
        self.stdout.write(
            self.style.SUCCESS(f"{moves} moves agree with {levels} levels: {pieces} pieces worth {worth}")
        )
