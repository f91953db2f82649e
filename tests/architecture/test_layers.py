"""The rooms of docs/architecture.md: imports are checked by import-linter (make check), foreign keys here."""

from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOMS = [
    ["demo"],
    ["mobile", "integrations"],
    ["analytics"],
    ["dispatch", "inspections", "monitoring", "prospecting", "knowledge"],
    ["workorders"],
    ["procedures"],
    ["spareparts"],
    ["assets"],
    ["merchants"],
    ["workforce"],
    ["journal", "evidence", "notifications"],
    ["toolkit"],
]
HEIGHT = {app: len(ROOMS) - height for height, room in enumerate(ROOMS) for app in room}


def test_no_foreign_key_points_up_or_sideways() -> None:
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in HEIGHT:
            continue
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            target = field.related_model
            if target is None or target._meta.label == settings.AUTH_USER_MODEL:
                continue
            own, other = model._meta.app_label, target._meta.app_label
            if own != other and other in HEIGHT and HEIGHT[other] >= HEIGHT[own]:
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_every_app_of_ours_has_its_room() -> None:
    here = settings.BASE_DIR
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == here}
    assert ours - {"config"} == set(HEIGHT)
