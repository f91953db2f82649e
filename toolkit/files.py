"""Files from outside on their way to a browser: of the type we say, without any right, whole or in part."""

import re
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
BLOCK_BYTES = 64 * 1024


def serve(
    request: HttpRequest, file: IO[bytes], *, mime: str, age_s: int = 0, download_as: str = ""
) -> HttpResponseBase:
    """With `download_as` it is saved under that name instead of shown. Players ask for one range: they get it."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    response: HttpResponseBase
    if asked is None or asked.groups() == ("", "") or "If-Range" in request.headers:
        response = FileResponse(file, content_type=mime, as_attachment=bool(download_as), filename=download_as)
    else:
        first, last = _bounds(asked[1], asked[2], size)
        if first > last:
            file.close()
            response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        else:
            response = StreamingHttpResponse(_part(file, first, last), status=206, content_type=mime)
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
            response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={age_s}" if age_s else "private, no-store"
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block
