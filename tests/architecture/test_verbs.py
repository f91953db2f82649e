"""Every verb the code writes into the journal has its sentence, and no sentence is left without its verb."""

import re
from pathlib import Path

from django.conf import settings

from config.verbs import VERBS
from config.wakes import WAKES


def test_verbs_written_and_verbs_listed_are_the_same() -> None:
    written: set[str] = set()
    for path in Path(settings.BASE_DIR).glob("*/actions*"):
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            written |= set(
                re.findall(
                    r'"((?:workforce|merchants|assets|spareparts|procedures|workorders|dispatch|inspections|monitoring|prospecting|knowledge|analytics|mobile|integrations)\.[a-z_]+)"',
                    file.read_text(),
                )
            )
    assert written == set(VERBS)


def test_only_known_verbs_wake_tasks() -> None:
    assert set(WAKES) <= set(VERBS)
