import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import site
from demo.company import Plan, build
from demo.driving import BuildFailed, beside, drive_apart
from demo.progress import Bar
from merchants.models import Merchant
from workorders.models import WorkOrder


class Command(BaseCommand):
    help = (
        "Fills an empty database with a made-up company and a year of its history, the same for the same seed and day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of names and texts")
        parser.add_argument("--seed", type=int, default=Plan.seed)
        parser.add_argument("--merchants", type=int, default=Plan.merchants)
        parser.add_argument("--days", type=int, default=Plan.days, help="of history with orders")
        parser.add_argument("--orders", type=int, default=Plan.orders, help="in these days, about")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is a company already")

    def handle(self, *args: Any, **options: Any) -> None:
        if site.was_interrupted():
            self.stdout.write("The last building was interrupted; beginning anew.")
            site.clear()
        if site.is_taken():
            if options["if_empty"]:
                return
            raise CommandError("There are people or merchants in this database already. Name an empty one.")
        plan = Plan(
            at=timezone.now().replace(microsecond=0), language="zh-hans" if options["language"] == "zh" else "en",
            seed=options["seed"], merchants=options["merchants"], days=options["days"], orders=options["orders"],
        )  # fmt: skip
        started = time.monotonic()
        site.begin(plan.at)
        bar = Bar(self.stdout, plan.steps, "Building the company")
        try:
            build(plan, bar.show, drive_apart, beside)
        except BuildFailed as failure:
            raise CommandError(f"The company could not be built.\n{failure}") from failure
        bar.finish()
        site.finish({"seed": plan.seed, "language": plan.language, "merchants": plan.merchants, "orders": plan.orders})
        self.stdout.write(
            f"{Merchant.objects.count()} merchants and {WorkOrder.objects.count()} work orders "
            f"in {time.monotonic() - started:.0f} s."
        )
