"""Installs what no wheel brings: python3 scripts/system_packages.py test|demo.

Tests need all of it. The demo only loses the reading of codes in uploaded photos, and says so on the page.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

SHELL, WHOLE = (
    "chromium-headless-shell",
    "chromium",
)  # tests run in either; pages of the shell open in a third of the time
MISSING: dict[str, Callable[[], bool]] = {
    SHELL: lambda: not shutil.which(SHELL),
    WHOLE: lambda: not (shutil.which(SHELL) or shutil.which(WHOLE)),
    "gettext": lambda: not shutil.which("msgfmt"),
    "libzbar0": lambda: not ctypes.util.find_library("zbar"),
    "mosquitto": lambda: not shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin"),
}
NEEDED = {"test": [SHELL, "gettext", "libzbar0", "mosquitto"], "demo": ["libzbar0"]}


def main(purpose: str) -> None:
    missing = install(NEEDED[purpose])
    if SHELL in missing:
        missing = [*missing[1:], *install([WHOLE])]
    if missing and purpose == "test":
        sys.exit(f"The tests need these Debian packages: sudo apt install {' '.join(missing)}")
    if missing:
        print(
            f"Codes in uploaded photos are not read without this Debian package: sudo apt install {' '.join(missing)}"
        )


def install(packages: list[str]) -> list[str]:
    """Brings what is missing, where it may. Returns what is missing still."""
    missing = [package for package in packages if MISSING[package]()]
    if missing and (as_root := root_command()) is not None:
        print(f"Installing {', '.join(missing)} …", flush=True)
        environment = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        subprocess.run([*as_root, *environment, "update"], check=False)
        for package in missing:  # one by one: the others come where one is not known
            command = [*as_root, *environment, "install", "-y", "--no-install-recommends", package]
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return [package for package in missing if MISSING[package]()]


def root_command() -> list[str] | None:
    """What to put before apt-get, or None where it may not be used."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    may_sudo = (
        shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    )
    return ["sudo", "-n"] if may_sudo else None


if __name__ == "__main__":
    main(sys.argv[1])
