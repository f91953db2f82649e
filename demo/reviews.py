"""Merchants in review: most wait for a decision, one was rejected in part, one is still bringing its documents;
and changes of live ones."""

import io
import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils import translation
from PIL import Image, ImageDraw, ImageFont

from demo.names import Wording
from demo.pictures import new_id
from demo.world import Setting
from evidence.actions import keep_picture
from evidence.models import Capture
from evidence.watermark import FONT
from merchants import actions
from merchants.identity import is_identity_number
from merchants.lifecycle import ON_SITE, OTHER_SIDE, Document
from merchants.models import Merchant, Review
from workforce.models import User

WIDTH, HEIGHT = 1200, 900
TITLES = {
    Document.LICENCE: ("营业执照", "Business licence"),
    Document.IDENTITY: ("居民身份证", "Identity card"),
    Document.IDENTITY_BACK: ("居民身份证 签发机关", "Identity card, authority"),
    Document.ACCOUNT: ("对公账户开户许可", "Settlement account"),
    Document.LEASE: ("房屋租赁合同", "Lease"),
}


def hand_in(setting: Setting, *, language: str, seed: int, at: datetime) -> None:
    """The documents of the merchants that came of converted opportunities. The login `prospector` has one to bring."""
    rng, words = random.Random(f"{seed} reviews"), Wording(language, random.Random(seed))
    reviewer, bearer = setting.staff.office["finance"], User.objects.get(username="prospector")
    with translation.override(language):
        for number, review in enumerate(Review.objects.open().select_related("merchant", "owner").order_by("pk")):
            then = max(review.begun_at + timedelta(hours=1), at - timedelta(hours=rng.randint(5, 60)))
            if number == 0:
                review = actions.hand_on_review(review, owner=bearer, by=setting.staff.office["manager"], at=then)
            asked = list(review.documents.filter(is_required=True).values_list("type", flat=True))
            for type in asked[:4] if number == 1 else asked:
                capture = _photo(rng, words, review.merchant, Document(type), review.owner, then)
                actions.give_document(review, type=type, capture=capture, by=review.owner, at=then)
            if number == 1:
                continue
            actions.submit_review(review, by=review.owner, at=then + timedelta(minutes=20))
            if number == 0:
                _decide(rng, words, review, reviewer, at - timedelta(hours=2))


def file_changes(setting: Setting, *, language: str, seed: int, at: datetime) -> None:
    """Two changes of live merchants wait for approval, one for its day."""
    rng, words = random.Random(f"{seed} changes"), Wording(language, random.Random(seed))
    maker, checker = setting.staff.office["dispatcher"], setting.staff.office["finance"]
    wanted: list[tuple[str, dict]] = [
        ("fee-rate", {"fee_rate": Decimal("0.38")}),
        ("account", {"settlement_account": f"622202{rng.randint(10**12, 10**13 - 1)}"}),
        ("limits", {"single_limit": Decimal(5000), "daily_limit": Decimal(20000)}),
    ]
    live = Merchant.objects.filter(status=Merchant.Status.ACTIVE, region__path__startswith=maker.region.path)
    with translation.override(language):
        newest = live.order_by("-created_at", "lat")[: len(wanted)]
        for number, (merchant, (kind, values)) in enumerate(zip(newest, wanted, strict=True)):
            then = at - timedelta(hours=30 - 9 * number)
            content = io.BytesIO()
            title = words.of(("商户信息变更申请表", "Change of a merchant"))
            _paper(rng, title, [merchant.name, merchant.address]).save(content, "JPEG", quality=80)
            content.seek(0)
            change = actions.file_change(
                merchant, kind=kind, values=values, effective_on=(at + timedelta(days=5)).date(), by=maker, at=then,
                signature=keep_picture(content, id=new_id(rng), kind=Capture.Kind.PHOTO, by=maker, at=then),
            )  # fmt: skip
            if number == 0:
                actions.approve_change(change, by=checker, at=then + timedelta(hours=4))


def _decide(rng: random.Random, words: Wording, review: Review, by, at: datetime) -> None:
    who = {"by": by, "at": at}
    actions.decide_document(review, type="identity", is_accepted=True, number=_identity(rng), **who)
    actions.decide_document(review, type="till", is_accepted=True, **who)
    note = words.of(("招牌被树挡住了,请正面拍", "A tree hides half of it: take it from the front"))
    actions.decide_document(
        review, type="shop-sign", is_accepted=False, reason="cut-off", note=note, due_on=(at + timedelta(days=2)).date(),
        **who,
    )  # fmt: skip


def _identity(rng: random.Random) -> str:
    head = f"330106{rng.randint(1965, 2001)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    return next(head + check for check in "0123456789X" if is_identity_number(head + check))


def _photo(
    rng: random.Random, words: Wording, merchant: Merchant, type: Document, by, at: datetime
) -> Capture:  # fmt: skip
    content = io.BytesIO()
    _draw(rng, words, merchant, type).save(content, "JPEG", quality=80)
    content.seek(0)
    place = {"lat": merchant.lat + rng.gauss(0, 0.0002), "lon": merchant.lon + rng.gauss(0, 0.0002)}
    return keep_picture(
        content, id=new_id(rng), kind=Capture.Kind.PHOTO, by=by, at=at, taken_at=at, accuracy_m=14.0,
        source=Capture.Source.CAMERA if type in ON_SITE else Capture.Source.GALLERY, **place,
    )  # fmt: skip


def _draw(rng: random.Random, words: Wording, merchant: Merchant, type: Document) -> Image.Image:
    if type == Document.SHOP_SIGN:
        return _sign(rng, merchant.name)
    if type in ON_SITE:
        return _shop(rng)
    return _paper(rng, words.of(TITLES[type]), [merchant.name, merchant.address], type)


def _paper(rng: random.Random, title: str, lines: list[str], type: Document | None = None) -> Image.Image:
    """On a table, as somebody with a phone takes it: not quite straight."""
    is_card = type in OTHER_SIDE
    page = Image.new("RGBA", (860, 540 if is_card else 640), (222, 234, 244) if is_card else (252, 249, 240))
    draw = ImageDraw.Draw(page)
    draw.rectangle((14, 14, page.width - 15, page.height - 15), outline=(176, 60, 50), width=0 if is_card else 5)
    draw.text((page.width / 2, 80), title, font=_font(52), fill=(40, 40, 48), anchor="mm")
    for row, line in enumerate(lines):
        draw.text((70, 180 + 70 * row), line, font=_font(28), fill=(60, 60, 70))
    for row in range(3):
        draw.text((70, 340 + 55 * row), "█" * rng.randint(8, 16), font=_font(22), fill=(205, 205, 210))
    if type == Document.IDENTITY:
        draw.rounded_rectangle((620, 160, 790, 370), 10, fill=(150, 165, 180))
        draw.ellipse((665, 190, 745, 280), fill=(224, 200, 178))
    else:
        middle = 250 if is_card else 520
        draw.ellipse((600, middle - 90, 780, middle + 90), outline=(200, 40, 40), width=8)
        draw.text((690, middle), "★", font=_font(64), fill=(200, 40, 40), anchor="mm")
    table = Image.new("RGB", (WIDTH, HEIGHT), rng.choice(((116, 84, 58), (92, 98, 104), (168, 142, 110))))
    turned = page.rotate(rng.uniform(-4, 4), expand=True, resample=Image.Resampling.BILINEAR)
    table.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2), turned)
    return table


def _sign(rng: random.Random, name: str) -> Image.Image:
    front = Image.new("RGB", (WIDTH, HEIGHT), (196, 190, 180))
    draw = ImageDraw.Draw(front)
    draw.rectangle((60, 130, 1140, 320), fill=rng.choice(((150, 34, 30), (24, 74, 120), (28, 96, 66))))
    draw.text((600, 225), name, font=_font(min(84, 1000 // max(len(name), 1))), fill=(250, 240, 210), anchor="mm")
    for left in (100, 480, 860):
        draw.rectangle((left, 400, left + 240, 860), fill=(70, 84, 96), outline=(230, 230, 230), width=8)
    return front


def _shop(rng: random.Random) -> Image.Image:
    room = Image.new("RGB", (WIDTH, HEIGHT), (226, 220, 208))
    draw = ImageDraw.Draw(room)
    for shelf in range(3):
        draw.rectangle((60, 240 + 190 * shelf, 760, 256 + 190 * shelf), fill=(120, 92, 66))
        for left in range(80, 730, 60):
            draw.rectangle((left, 240 + 190 * shelf - rng.randint(60, 130), left + 44, 240 + 190 * shelf),
                           fill=(rng.randint(60, 220), rng.randint(60, 200), rng.randint(60, 200)))  # fmt: skip
    draw.rectangle((820, 560, 1200, 900), fill=(104, 80, 60))
    draw.rounded_rectangle((900, 380, 1120, 550), 12, fill=(40, 46, 56))
    draw.rectangle((916, 396, 1104, 520), fill=(90, 150, 210))
    return room


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = next((each for folder in settings.FONT_DIRS if (each := Path(folder) / FONT).exists()), None)
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
