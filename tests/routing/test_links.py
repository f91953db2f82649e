from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import translation

from routing.datum import wgs84_to_gcj02
from routing.geo import distance_m
from routing.links import NavigationLink, navigation_links

WEST_LAKE = (30.259244, 120.130203)
NAME = "西湖便利店(南门), 1#&A|B?=+50%/"


@pytest.fixture
def links() -> dict[str, NavigationLink]:
    return {link.key: link for link in navigation_links(*WEST_LAKE, NAME)}


def parameters(link: NavigationLink) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(link.url).query, strict_parsing=True).items()}


def place(text: str) -> tuple[float, float]:
    first, second = map(float, text.split(","))
    return first, second


def test_there_is_one_link_for_each_map_in_a_fixed_order() -> None:
    with translation.override("en"):
        labels = [(link.key, link.label) for link in navigation_links(*WEST_LAKE, NAME)]
    assert labels == [
        ("amap", "Amap"),
        ("baidu", "Baidu Maps"),
        ("tencent", "Tencent Maps"),
        ("geo", "Another map app"),
    ]


def test_amap_gets_longitude_first_in_gcj02(links: dict[str, NavigationLink]) -> None:
    assert links["amap"].url.startswith("https://uri.amap.com/navigation?to=120.134961,30.256952,%E8%A5%BF%E6%B9%96")
    lon, lat, name = parameters(links["amap"])["to"].split(",")
    assert distance_m(float(lat), float(lon), *wgs84_to_gcj02(*WEST_LAKE)) < 0.2
    assert name == NAME.replace(",", " ")  # a comma would begin another field
    assert parameters(links["amap"])["coordinate"] == "gaode"


def test_tencent_gets_latitude_first_in_gcj02(links: dict[str, NavigationLink]) -> None:
    assert links["tencent"].url.startswith("https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=")
    assert distance_m(*place(parameters(links["tencent"])["tocoord"]), *wgs84_to_gcj02(*WEST_LAKE)) < 0.2
    assert parameters(links["tencent"])["to"] == NAME
    assert parameters(links["tencent"])["coord_type"] == "2"


def test_baidu_gets_wgs84_and_is_told_so(links: dict[str, NavigationLink]) -> None:
    assert links["baidu"].url.startswith("https://api.map.baidu.com/marker?location=30.259244,120.130203&")
    sent = parameters(links["baidu"])
    assert (sent["coord_type"], sent["title"], sent["content"], sent["output"]) == ("wgs84", NAME, NAME, "html")


def test_geo_gets_wgs84_with_a_pin_label(links: dict[str, NavigationLink]) -> None:
    scheme, rest = links["geo"].url.split(":", 1)
    position, query = rest.split("?", 1)
    assert (scheme, position) == ("geo", "30.259244,120.130203")
    assert unquote(query) == f"q=30.259244,120.130203({NAME})"


def test_the_addresses_are_plain_ascii(links: dict[str, NavigationLink]) -> None:
    for link in links.values():
        assert link.url.isascii()
        assert not set(link.url) & set(' "<>|+')


def test_a_place_abroad_is_the_same_for_every_map() -> None:
    berlin = {link.key: parameters(link) for link in navigation_links(52.52, 13.405, "Späti") if link.key != "geo"}
    assert berlin["amap"]["to"] == "13.405000,52.520000,Späti"
    assert berlin["tencent"]["tocoord"] == berlin["baidu"]["location"] == "52.520000,13.405000"
