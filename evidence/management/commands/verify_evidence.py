from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.chain import FIRST, verify
from evidence.models import Capture, Seal

SHOWN = 20  # of many breaks


class Command(BaseCommand):
    help = "Reads the chain of seals and all originals, and fails when a byte, a row or the order is not as it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows-only", action="store_true", help="do not read the files")
        parser.add_argument("--head", help="position:digest, printed by an earlier run and kept elsewhere")

    def handle(self, *args, **options) -> None:
        breaks = [str(found) for found in verify(files=not options["rows_only"])]
        if options["head"]:
            position, _, digest = options["head"].partition(":")
            if not Seal.objects.filter(position=int(position), digest=digest).exists():
                breaks.append(f"position {position}: not the seal of --head")
        for line in breaks[:SHOWN]:
            self.stdout.write(line)
        if breaks:
            raise CommandError(f"{len(breaks)} breaks, the first at {breaks[0]}")
        last = Seal.objects.order_by("position").last()
        waiting = Capture.objects.exclude(unsealed=None).count()
        self.stdout.write(
            self.style.SUCCESS(f"{last.position if last else 0} captures are as they were sealed, {waiting} wait")
        )
        self.stdout.write(f"head {last or f'0:{FIRST}'}")
