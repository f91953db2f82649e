from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from demo.reference import load_reference


class Command(BaseCommand):
    help = "Makes the trades, models, order types, procedures, calendars and rules a new company needs; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of the names")

    def handle(self, *args: Any, **options: Any) -> None:
        language = "zh-hans" if options["language"] == "zh" else "en"
        reference = load_reference(timezone.now(), language=language)
        self.stdout.write(
            f"{len(reference.trades)} trades, {len(reference.models)} terminal models, "
            f"{len(reference.types)} order types with their procedures stand ready."
        )
