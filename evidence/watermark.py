"""What happened, written onto a picture: when, where, about what, by whom."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

FONT = "NotoSansSC_400Regular.ttf"  # built with the front end (frontend/build.mjs); it knows Chinese
INK, SHADE = (255, 255, 255, 255), (0, 0, 0, 140)


def watermarked(image: Image.Image, lines: Sequence[str]) -> Image.Image:
    """A new picture with the lines on a shaded band at its foot, cut short where they do not fit.

    The same picture, lines and libraries give the same pixels. Raises OSError where the font was not built.
    """
    size = max(11, min(image.size) // 34)
    font = ImageFont.truetype(_font_path(), size, layout_engine=ImageFont.Layout.BASIC)
    edge, step = size // 2, round(size * 1.35)
    height = step * len(lines) + edge
    top = max(0, image.height - height)
    foot = image.crop((0, top, *image.size)).convert("RGBA")
    layer = Image.new("RGBA", foot.size, SHADE)
    draw = ImageDraw.Draw(layer)
    for number, line in enumerate(lines):
        draw.text(
            (edge, image.height - height - top + number * step),
            _fitting(line, font, image.width - 2 * edge),
            fill=INK,
            font=font,
        )
    marked = image.convert("RGB")
    marked.paste(Image.alpha_composite(foot, layer).convert("RGB"), (0, top))
    return marked


def _font_path() -> Path:
    return next((path for folder in settings.FONT_DIRS if (path := Path(folder) / FONT).exists()), Path(FONT))


def _fitting(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    line = " ".join(line.split())
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"
