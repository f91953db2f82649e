"""A server process that dies in the middle of an upload costs a piece, never a file, and doubles nothing."""

import os
import signal
import time

import pytest
from django.db import connection

from evidence.actions import receive_chunk
from evidence.chain import verify
from evidence.models import Capture
from tests.evidence.conftest import photo_bytes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_killed_at_some_moment_it_goes_on_from_what_is_there(begin, engineer, at, after_s) -> None:
    content, step = photo_bytes("olive", (1600, 1200)), 64 * 1024
    upload = begin(content)
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            for offset in range(0, len(content), step):
                receive_chunk(upload.pk, offset=offset, content=content[offset : offset + step], by=engineer, at=at)
            time.sleep(60)
        finally:
            os._exit(1)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _pid, ended = os.waitpid(child, 0)
    assert os.WTERMSIG(ended) == signal.SIGKILL

    resumed = begin(content, id=upload.pk)
    assert resumed.offset % step == 0 or resumed.is_whole
    while not resumed.is_whole:
        part = content[resumed.offset : resumed.offset + step]
        resumed = receive_chunk(upload.pk, offset=resumed.offset, content=part, by=engineer, at=at)
    capture = Capture.objects.get()
    assert (capture.pk, capture.original.read()) == (upload.pk, content)
    assert verify() == []
