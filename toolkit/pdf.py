"""PDF from Typst templates. What people typed travels as data, never as markup."""

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

PICTURE_NAME = re.compile(r"[\w-]+\.(?:jpe?g|png)", re.ASCII)
REMEMBERED = 11  # Typst forgets a document, decoded photos and all (100 MB), after so many others: 30 ms for empty ones
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def render_pdf(
    template_path: str | Path,
    data: dict[str, Any],
    images: Mapping[str, bytes] | None = None,
    *,
    at: datetime = NO_DATE,
) -> bytes:
    """The same template, data, images, fonts and `at` (the document's date) give the same bytes.

    The template reads `#let data = json(bytes(sys.inputs.data))`, shows a picture with `image("/images/" + name)` and
    may import the files beside it. It must not ask for today's date: that comes with the data.
    """
    template = Path(template_path).resolve()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for beside in template.parent.iterdir():
            (root / beside.name).symlink_to(beside)
        (root / "images").mkdir()
        for name, content in (images or {}).items():
            if not PICTURE_NAME.fullmatch(name):
                raise ValueError(f"Not the name of a picture: {name!r}")
            (root / "images" / name).write_bytes(content)
        fonts = _fonts(*(str(path) for path in settings.FONT_DIRS if any(Path(path).glob("*.[ot]tf"))))
        try:
            return typst.compile(
                template.read_bytes(),
                root=str(root),  # type: ignore[type-var]
                font_paths=fonts,
                sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)},
                timestamp=at.astimezone(UTC).replace(microsecond=0),
            )
        finally:
            for _ in range(REMEMBERED):
                typst.compile(b"", font_paths=fonts)


@lru_cache(maxsize=4)
def _fonts(*directories: str) -> typst.Fonts:
    """Our own fonts alone, so that every machine makes the same document; the system's where ours are not built."""
    return typst.Fonts(include_system_fonts=not directories, font_paths=list(directories))
