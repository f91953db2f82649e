"""Files that lie encrypted where they are kept, under the keys of encrypted columns: in pieces, so that none is held whole."""

import io
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from toolkit.secrets import OVERHEAD_BYTES, seal, unseal

PIECE_BYTES = 1024 * 1024  # the last piece is a shorter one, even an empty one: what was cut off is found


class SealedStorage(FileSystemStorage):
    def _save(self, name: str, content: File) -> str:
        with TemporaryFile() as sealed:
            content.seek(0)
            piece, number = b"", 0
            while number == 0 or len(piece) == PIECE_BYTES:
                piece = content.read(PIECE_BYTES)
                sealed.write(seal(piece, place=number))
                number += 1
            return super()._save(name, File(sealed))

    def _open(self, name: str, mode: str = "rb") -> File:
        return File(io.BufferedReader(_Unsealed(super()._open(name, "rb"))), name)


class _Unsealed(io.RawIOBase):
    """Read once, from the beginning."""

    def __init__(self, sealed: IO[bytes]) -> None:
        self.sealed, self.number, self.is_last, self.piece = sealed, 0, False, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.piece and not self.is_last:
            self.piece = memoryview(unseal(self.sealed.read(PIECE_BYTES + OVERHEAD_BYTES), place=self.number))
            self.number, self.is_last = self.number + 1, len(self.piece) < PIECE_BYTES
        taken, self.piece = self.piece[: len(buffer)], self.piece[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        self.sealed.close()
        super().close()
