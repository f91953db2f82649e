"""Makes .venv and installs one lock file of requirements/ into it: python3 scripts/bootstrap.py demo|dev|production.

Only the standard library, and no newer syntax than Python 3.6 has, so that an old Python can say that it is too old.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
STAMP = VENV / "installed.txt"
INCLUDED_IN = {"production": ["production", "demo", "dev"], "demo": ["demo", "dev"], "dev": ["dev"]}


def main(lock):
    if sys.version_info < (3, 11):  # noqa: UP036
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"Fieldloop needs Python 3.11 or newer; this is {version}. Name one: make demo PYTHON=python3.12")
    if STAMP.exists() and STAMP.read_text() in [contents(name) for name in INCLUDED_IN[lock]]:
        return
    if not made_by_this_python():
        make_venv()
    print("Installing Python packages …", flush=True)
    STAMP.unlink(missing_ok=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if not succeeds([*pip, "--require-hashes", "-r", str(requirements_file(lock))]):
        sys.exit("The Python packages could not be installed; pip says why above (no network? a full disk?).")
    STAMP.write_text(contents(lock))


def requirements_file(lock):
    return PROJECT / "requirements" / f"{lock}.txt"


def contents(lock):
    """What .venv holds once this lock is installed. Its scripts name its place, its packages fit one Python."""
    digest = hashlib.sha256(requirements_file(lock).read_bytes()).hexdigest()
    return f"{lock} {digest}\n{VENV} {'.'.join(map(str, sys.version_info[:2]))}\n"


def made_by_this_python():
    question = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    python = VENV / "bin" / "python"
    return python.exists() and succeeds([str(python), "-c", question])


def make_venv():
    if importlib.util.find_spec("ensurepip") is None:
        install_ensurepip()
    print("Making .venv …", flush=True)
    if not succeeds([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        sys.exit(f"The virtual environment {VENV} could not be made; Python says why above.")


def install_ensurepip():
    """Debian and Ubuntu keep it in a package of its own."""
    package = "python{}.{}-venv".format(*sys.version_info)
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        print(f"Installing {package} …", flush=True)
        succeeds(["apt-get", "-qq", "update"])
        if succeeds(["apt-get", "-qq", "install", "-y", "--no-install-recommends", package]):
            return
    sys.exit("This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt install python3-venv")


def succeeds(command):
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    if sys.argv[1:] not in [[lock] for lock in INCLUDED_IN]:
        sys.exit(f"usage: python3 scripts/bootstrap.py {'|'.join(INCLUDED_IN)}")
    main(sys.argv[1])
