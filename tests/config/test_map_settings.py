"""The base map comes from the environment: its host, and no other, is let through; a datum nobody knows is refused."""

import os
import subprocess
import sys

from django.conf import settings

SHOW = "from config.settings import CONTENT_SECURITY_POLICY as csp; print(*csp['DIRECTIVES']['img-src'])"


def loaded(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env={**os.environ, "DEVELOPMENT": "1", **environment},
    )  # fmt: skip


def test_only_the_host_of_the_tiles_is_let_through() -> None:
    assert loaded(MAP_TILES="").stdout.split() == ["'self'", "data:", "blob:"]
    tiles = loaded(MAP_TILES="https://{s}.tiles.example:8443/vec_w/{z}/{x}/{y}.png?key=secret", MAP_DATUM="gcj02")
    assert tiles.stdout.split() == ["'self'", "data:", "blob:", "https://*.tiles.example:8443"]
    wrong = loaded(MAP_DATUM="utm")
    assert wrong.returncode != 0 and "MAP_DATUM is UTM: it must be WGS84, GCJ02 or BD09." in wrong.stderr
