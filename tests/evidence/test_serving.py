"""Recordings on their way to a player: in ranges, of the type found in them, without any right."""

import pytest

from tests.evidence.recordings import mp4

pytestmark = pytest.mark.django_db
FILM = mp4(2.0, handlers=("vide",))
SIZE = len(FILM)


@pytest.fixture
def link(send) -> str:
    return send(FILM, kind="video").capture.get_absolute_url()


def test_the_whole_recording(client, link) -> None:
    response = client.get(link)
    assert (response.status_code, response["Content-Type"], response.getvalue()) == (200, "video/mp4", FILM)
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-50", SIZE - 50, SIZE - 1),
        ("bytes=-999999", 0, SIZE - 1),
        ("bytes=10-999999", 10, SIZE - 1),
        ("bytes=0-0", 0, 0),
    ],
)
def test_a_range(client, link, asked, first, last) -> None:
    response = client.get(link, headers={"Range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert response.getvalue() == FILM[first : last + 1]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=50-40", "bytes=-0"])
def test_a_range_that_is_not_there(client, link, asked) -> None:
    response = client.get(link, headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=a-b", "pages=1-2", "bytes=0-1,5-6"])
def test_what_is_no_single_range_gets_all(client, link, asked) -> None:
    assert client.get(link, headers={"Range": asked}).getvalue() == FILM


def test_only_reading(client, link) -> None:
    assert client.post(link).status_code == 405
    assert client.head(link).status_code == 200
