"""Files that lie encrypted."""

import os

import pytest
from django.core.files.base import ContentFile

from toolkit.sealed_files import PIECE_BYTES, SealedStorage
from toolkit.secrets import OVERHEAD_BYTES, UnreadableSecret

SEALED_PIECE = PIECE_BYTES + OVERHEAD_BYTES


@pytest.fixture
def storage(tmp_path) -> SealedStorage:
    return SealedStorage(location=tmp_path)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES])
def test_what_was_saved_comes_back_and_is_not_to_be_read_on_the_disk(storage, tmp_path, size) -> None:
    content = (b"13812345678 " * (size // 12 + 1))[:size]
    name = storage.save("table.csv", ContentFile(content))
    with storage.open(name) as file:
        assert file.read() == content
    assert b"13812345678" not in (tmp_path / name).read_bytes()


def test_another_key_in_front_still_opens_it(storage, settings) -> None:
    name = storage.save("table.csv", ContentFile(b"a,b"))
    settings.FIELD_KEYS = ["a new key", *settings.FIELD_KEYS]
    assert storage.open(name).read() == b"a,b"
    settings.FIELD_KEYS = ["a new key"]
    with pytest.raises(UnreadableSecret):
        storage.open(name).read()


def test_what_was_cut_off_moved_or_changed_is_not_read(storage, tmp_path) -> None:
    path = tmp_path / storage.save("table.csv", ContentFile(os.urandom(2 * PIECE_BYTES + 5)))
    sealed = path.read_bytes()
    first, second, rest = sealed[:SEALED_PIECE], sealed[SEALED_PIECE : 2 * SEALED_PIECE], sealed[2 * SEALED_PIECE :]
    for wrong in (first, first + second, second + first + rest, rest, sealed + b"x", sealed[:-1], first + rest):
        path.write_bytes(wrong)
        with storage.open(path.name) as file, pytest.raises(UnreadableSecret):
            file.read()
