"""Keeps locale/*/LC_MESSAGES/django.po in step with the sources and compiles it, with Babel instead of GNU gettext."""

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def sources() -> list[Path]:
    """The files under version control, or about to be, that a person may read from."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.html", "*.txt"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [
        Path(name) for name in sorted(listed) if not re.match(r"(tests|bench|requirements|scripts|frontend)/", name)
    ]


def extracted(path: Path) -> Iterator[tuple[int, str, tuple, list[str]]]:
    text = (settings.BASE_DIR / path).read_text()
    if path.suffix != ".py":
        # Django turns a template into something that looks like Python; indentation means nothing there
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    yield from extract_python(io.BytesIO(text.encode()), list(KEYWORDS), ["Translators:"], {"encoding": "utf-8"})


def template_catalog() -> Catalog:
    catalog = Catalog(charset="utf-8")
    for path in sources():
        if not (settings.BASE_DIR / path).exists():
            continue
        for line, function, arguments, comments in extracted(path):
            parts = arguments if isinstance(arguments, tuple) else (arguments,)
            spec = KEYWORDS.get(function)
            context = parts[0] if spec and isinstance(spec[0], tuple) else None
            texts = [part for part in (parts[1:] if context else parts) if isinstance(part, str)]
            if not texts or not texts[0]:
                continue
            plural = function.startswith(("n",)) and len(texts) > 1
            # no line numbers: they would change with every edit
            catalog.add(tuple(texts[:2]) if plural else texts[0], locations=[(str(path), 0)], auto_comments=comments,
                        context=context)  # fmt: skip
    return catalog


def catalog_paths() -> list[Path]:
    return sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))


def load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], charset="utf-8")


def is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(texts) and not message.fuzzy


def untranslated() -> dict[str, list[str]]:
    """By language, what stands in the sources and not (or only guessed) in the catalogue."""
    wanted = [(m.id, m.context) for m in template_catalog() if m.id]
    missing = {}
    for path in catalog_paths():
        have = {(m.id[0] if isinstance(m.id, tuple | list) else m.id, m.context): m for m in load(path) if m.id}
        missing[path.parts[-3]] = [
            key for id_, context in wanted
            if not ((found := have.get(((key := id_[0] if isinstance(id_, tuple | list) else id_), context)))
                    and is_translated(found))
        ]  # fmt: skip
    return missing


class Command(BaseCommand):
    help = "Collects strings into the catalogues and compiles them; --compile only compiles."
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--compile", action="store_true", help="only write the .mo files")

    def handle(self, *args, **options) -> None:
        if not catalog_paths():
            raise CommandError("No catalogue under locale/.")
        if not options["compile"]:
            template = template_catalog()
            for path in catalog_paths():
                catalog = load(path)
                catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
                catalog.obsolete.clear()
                with path.open("wb") as file:
                    write_po(file, catalog, sort_output=True, width=120, omit_header=False, include_lineno=False)
        for path in catalog_paths():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, load(path))
        for language, missing in untranslated().items() if not options["compile"] else ():
            self.stdout.write(f"{language}: {len(missing)} without translation")
