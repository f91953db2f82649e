"""What is printed when the demo runs: who may log in, and one story to try at once."""

from dataclasses import dataclass
from typing import TextIO

from django.urls import reverse

from assets.models import Binding, Sticker
from demo.people import PASSWORD
from routing.geo import distance_m
from workforce.models import User
from workforce.roles import Role
from workorders.lifecycle import ONGOING

SEES = {
    "manager": "the whole company: overdue orders, trends, merging doubles, rules of dispatch",
    "dispatcher": "Hangzhou: the pool, who has what and why, orders filed by phone",
    "dispatcher-ningbo": "Ningbo only: nothing of Hangzhou is there",
    "warehouse": "terminals in stock, in bags and returned; stickers; imports",
    "analyst": "figures of the province, lists and exports",
    "finance": "reviews of new merchants and changes of live ones, to decide; contracts",
    "ops": "people, the operation log, the administration",
    "engineer": "on a phone: today's orders, scanning, checklists, signatures",
    "inspector": "on a phone: inspections",
    "prospector": "on a phone: the round of the day, visits and new leads, also offline",
}


@dataclass(frozen=True)
class Scene:
    sticker: Sticker
    binding: Binding
    engineer: User
    away_m: int  # the engineer from the merchant


def print_logins(stdout: TextIO, base_url: str) -> None:
    people = {person.username: person for person in User.objects.filter(username__in=SEES, is_active=True)}
    if not people:
        return
    stdout.write(f"\nLogins at {base_url}{reverse('login')} – the password of all is {PASSWORD}\n")
    for username, sees in SEES.items():
        if username in people:
            stdout.write(f"  {username:18} {people[username].name:12} {sees}")
    scene = find_scene()
    if scene is None:
        return
    sticker, merchant, engineer = (scene.sticker, scene.binding.merchant, scene.engineer)
    stdout.write(
        f"""
Try this
  1. Be the merchant. Open the link of the sticker on terminal {sticker.terminal.serial} at {merchant.name}:
       {base_url}{sticker.get_absolute_url()}
     Say what is wrong and send it; the page that follows is the merchant's way to track the order.
  2. Be the dispatcher. Log in as `dispatcher` in another browser: the order is at the top of
       {base_url}{reverse("office:work-order-list")}
     Within seconds it has an engineer, and its tab “Dispatch” says why. Most likely that is `{engineer.username}`,
     {engineer.name}, {scene.away_m} m away; if it is somebody else, click the name: the user name stands there.
  3. Be the engineer. Log in by that user name in a third browser, best as narrow as a phone: accept, set off, check in
     (your browser is not in Hangzhou: any reason and photo will do, here and at the end), go through the checklist,
     have it signed, complete it.
  4. Be the merchant again. The tracking page has followed; rate the work there.
  By phone instead: as `dispatcher` file it at {base_url}{reverse("office:work-order-create")} for
     {merchant.name} ({merchant.number}), and go on with step 2.
"""
    )


def find_scene() -> Scene | None:
    """The live terminal with a sticker, without an order under way, that is nearest to the login `engineer`."""
    engineer = User.objects.filter(username="engineer", role=Role.ENGINEER).first()
    if engineer is None or engineer.start_lat is None:
        return None
    free = (
        Binding.objects.live()
        .filter(
            merchant__status="active",
            merchant__region__path__startswith=engineer.region.path,
            lat__isnull=False,
            terminal__stickers__isnull=False,
            terminal__stickers__voided_at=None,
        )
        .exclude(merchant__work_orders__status__in=ONGOING)
    )
    places = list(free.order_by("pk").values_list("pk", "lat", "lon"))
    if not places:
        return None
    pks, lats, lons = zip(*places, strict=True)
    away = distance_m(engineer.start_lat, engineer.start_lon, lats, lons)
    nearest = int(away.argmin())
    binding = Binding.objects.select_related("merchant", "terminal").get(pk=pks[nearest])
    sticker = binding.terminal.stickers.select_related("terminal").get(voided_at=None)
    return Scene(sticker, binding, engineer, round(float(away[nearest])))
