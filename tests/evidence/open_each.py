"""Opens every file of a folder, each in a process of its own, and prints how that ended, what memory it took on top of
the program's own, and how long: one line of JSON. Names begin with the kind of capture the file says it is."""

import json
import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings

settings.configure(USE_I18N=False, USE_TZ=True)
django.setup()

from toolkit.errors import Refused
from toolkit.pictures import open_picture, reencode
from toolkit.recordings import open_recording


def peak_mb(name: str) -> float:
    return next(
        int(line.split()[1]) / 1024 for line in Path("/proc/self/status").read_text().splitlines() if name in line
    )


def outcome(path: Path) -> str:
    try:
        if path.name.startswith("photo"):
            with path.open("rb") as file:
                reencode(open_picture(file))
        else:
            open_recording(path.read_bytes())
    except Refused:
        return "refused"
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
        return repr(error)
    return "opened"


def opened_apart(path: Path) -> tuple[str, float, float]:
    """How it ended, MB, seconds."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return tuple(json.loads(said)) if said else ("killed", 0.0, 0.0)
    before, start = peak_mb("VmRSS"), time.perf_counter()
    ended = outcome(path)
    os.write(writing, json.dumps([ended, peak_mb("VmHWM") - before, time.perf_counter() - start]).encode())
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps({path.name: opened_apart(path) for path in sorted(Path(sys.argv[1]).iterdir())}))
