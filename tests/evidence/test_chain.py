"""What was taken on site cannot be changed, and where somebody changed it past the program it is found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pgtrigger
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from evidence.actions import seal_captures
from evidence.chain import verify
from evidence.models import Capture, Seal, Unsealed
from tests.evidence.conftest import photo_bytes

pytestmark = pytest.mark.django_db
TABLES = ("evidence_capture", "evidence_seal", "evidence_unsealed")
WITHOUT_CONSTRAINTS = """
    DO $$ DECLARE known record; BEGIN
      FOR known IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE (confrelid = 'evidence_capture'::regclass OR conrelid = 'evidence_seal'::regclass) AND contype IN ('f', 'u')
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', known.place, known.conname); END LOOP;
    END $$"""


@pytest.fixture
def chain(send, at, django_capture_on_commit_callbacks) -> list[Capture]:
    """Five sealed captures, in their order."""
    colours = ("navy", "olive", "maroon", "teal", "gold")
    for minute, colour in enumerate(colours):
        send(photo_bytes(colour, (64, 48)), taken_at=at - timedelta(minutes=minute), lat=30.27, lon=120.15)
    with django_capture_on_commit_callbacks(execute=True):
        assert seal_captures(at=at) == 5
    return [seal.capture for seal in Seal.objects.select_related("capture")]


def past_the_program(statement: str, *values) -> None:
    """As the owner of the tables could: no trigger, no foreign key, nothing unique."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(WITHOUT_CONSTRAINTS)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> list[tuple[int | None, str]]:
    return [(broken.position, broken.what) for broken in verify()]


def test_what_is_as_it_was_sealed_is_reported_so(chain, capsys) -> None:
    assert found() == []
    call_command("verify_evidence")
    said = capsys.readouterr().out
    assert "5 captures are as they were sealed, 0 wait" in said
    head = said.split("head ")[1].strip()
    assert head == str(Seal.objects.latest("position"))
    call_command("verify_evidence", "--rows-only", "--head", head)
    with pytest.raises(CommandError, match="not the seal of --head"):
        call_command("verify_evidence", "--head", "5:" + "0" * 64)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_changed_byte_is_found(chain, place) -> None:
    name = chain[place].original.name
    content = bytearray(default_storage.open(name).read())
    content[len(content) // 2] ^= 1
    default_storage.delete(name)
    default_storage.save(name, ContentFile(bytes(content)))
    assert [position for position, what in found() if "was changed" in what] == [place + 1]
    with pytest.raises(CommandError, match=f"1 breaks, the first at position {place + 1}: the file"):
        call_command("verify_evidence")


def test_a_file_that_is_gone_is_found(chain) -> None:
    default_storage.delete(chain[3].original.name)
    assert [(position, "is gone" in what) for position, what in found()] == [(4, True)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taken_at", "2026-11-17 08:00:00+00"), ("received_at", "2026-11-17 08:00:00+00"), ("by_id", None),
        ("lat", 31.0), ("lon", 121.0), ("accuracy_m", 3.0), ("sha256", "0" * 64), ("size", 1), ("source", "gallery"),
        ("kind", "video"), ("device", "7d444840-9dc0-11d1-b245-5ffdce74fad2"), ("challenge", "K7QX"), ("dhash", 1),
    ],
)  # fmt: skip
def test_a_changed_row_is_found(chain, field, value) -> None:
    past_the_program(f"UPDATE evidence_capture SET {field} = %s WHERE id = %s", value, chain[1].pk)
    assert found()[0][0] == 2
    assert "not as it was sealed" in found()[0][1]


def test_a_changed_row_with_a_seal_made_to_fit_breaks_the_next(chain, settings) -> None:
    """Even with the key, changing the past means making all later seals again."""
    from evidence.chain import digest

    past_the_program("UPDATE evidence_capture SET lat = 31 WHERE id = %s", chain[1].pk)
    before = Seal.objects.get(position=1).digest
    forged = digest(Capture.objects.get(pk=chain[1].pk), before)
    past_the_program("UPDATE evidence_seal SET digest = %s WHERE position = 2", forged)
    assert found()[0][0] == 3
    settings.INDEX_KEY = "another key, as somebody has who knows only the program and the database"
    assert found()[0][0] == 1  # without the key nothing fits


def test_deleted_rows_are_found(chain) -> None:
    past_the_program("DELETE FROM evidence_capture WHERE id = %s", chain[2].pk)
    assert found() == [(3, f"the row of capture {chain[2].pk} is gone")]
    past_the_program("DELETE FROM evidence_seal WHERE position = 3")
    assert found() == [(3, "the seals from here to 3 are gone")]


def test_an_end_that_was_cut_off_is_found_by_the_head_beside_the_files(chain) -> None:
    past_the_program("DELETE FROM evidence_seal WHERE position > 3")
    past_the_program("DELETE FROM evidence_capture WHERE id IN (%s, %s)", chain[3].pk, chain[4].pk)
    assert [(position, "seals from here to 5 are gone" in what) for position, what in found()] == [(4, True)]


def test_an_end_that_was_made_again_is_found_by_the_head(chain, at) -> None:
    past_the_program("DELETE FROM evidence_seal WHERE position = 5")
    past_the_program("UPDATE evidence_capture SET lat = 31 WHERE id = %s", chain[4].pk)
    past_the_program("INSERT INTO evidence_unsealed (capture_id) VALUES (%s)", chain[4].pk)
    seal_captures(at=at)
    assert [position for position, _what in found()] == [5]


def test_swapped_places_are_found(chain) -> None:
    past_the_program(
        "UPDATE evidence_seal SET capture_id = CASE position WHEN 2 THEN %s ELSE %s END::uuid WHERE position IN (2, 4)",
        chain[3].pk,
        chain[1].pk,
    )
    assert [position for position, _what in found()] == [2, 4]


def test_swapped_seals_are_found(chain) -> None:
    past_the_program(
        "UPDATE evidence_seal s SET capture_id = o.capture_id, digest = o.digest FROM evidence_seal o"
        " WHERE (s.position, o.position) IN ((2, 3), (3, 2))"
    )
    assert found()[0][0] == 2


def test_a_row_put_in_past_the_chain_is_found(chain, capture) -> None:
    past_the_program("DELETE FROM evidence_unsealed")
    assert [(position, "past the chain" in what) for position, what in found()] == [(None, True)]


def test_a_changed_file_is_found_before_its_seal_too(capture) -> None:
    default_storage.delete(capture.original.name)
    assert [(position, "is gone" in what) for position, what in found()] == [(None, True)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_capture SET lat = 31",
        "UPDATE evidence_capture SET original = 'elsewhere'",
        "UPDATE evidence_capture SET shown = 'elsewhere'",
        "DELETE FROM evidence_capture",
        "TRUNCATE evidence_capture CASCADE",
        "UPDATE evidence_seal SET digest = ''",
        "DELETE FROM evidence_seal",
        "TRUNCATE evidence_seal",
    ],
)
def test_the_database_lets_nobody_change_delete_or_truncate(chain, statement) -> None:
    pgtrigger.install("evidence.Capture:never_truncated", "evidence.Seal:never_truncated")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Capture.objects.filter(pk=chain[0].pk).update(shown="evidence/shown/first.jpg")  # once it may be filled in
    with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert found() == []


def test_sealing_again_seals_what_is_new(chain, send, at) -> None:
    assert seal_captures(at=at) == 0
    capture = send(photo_bytes("white", (64, 48))).capture
    assert seal_captures(at=at) == 1
    assert (capture.seal.position, Unsealed.objects.count(), found()) == (6, 0, [])


@pytest.mark.django_db(transaction=True)
def test_eight_sealers_at_once_make_one_chain(send, at) -> None:
    for number in range(12):
        send(photo_bytes(f"hsl({number * 30}, 80%, 50%)", (64, 48)))

    def seal(number: int) -> int:
        sealed = 0
        try:
            while Unsealed.objects.exists():
                sealed += seal_captures(at=at, limit=2)
            return sealed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as sealers:
        assert sum(sealers.map(seal, range(8))) == 12
    assert list(Seal.objects.values_list("position", flat=True)) == list(range(1, 13))
    assert found() == []
