"""Stickers on paper."""

from django.conf import settings

from assets.models import Sticker, StickerSheet
from toolkit.codes import qr_png
from toolkit.pdf import render_pdf

TEMPLATE = settings.BASE_DIR / "templates" / "assets" / "stickers.typ"


def public_url(sticker: Sticker) -> str:
    """What a sticker's code says."""
    return settings.SITE_URL + sticker.get_absolute_url()


def sheet_pdf(sheet: StickerSheet) -> bytes:
    """A4, 24 labels of 70 × 37 mm a page, as sold for printers."""
    stickers = list(sheet.stickers.all())
    codes = {f"{sticker.number}.png": qr_png(public_url(sticker), box=6, rough=True) for sticker in stickers}
    data = {"sheet": sheet.number, "numbers": [sticker.number for sticker in stickers]}
    return render_pdf(TEMPLATE, data, codes, at=sheet.made_at)
