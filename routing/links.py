"""Links that open a destination in the map application of a phone, each in the datum its maker expects."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from routing.datum import wgs84_to_gcj02

SOURCE = "fieldloop"  # the makers ask to be told who calls


class NavigationLink(NamedTuple):
    key: str
    label: str
    url: str


def navigation_links(lat: float, lon: float, name: str) -> list[NavigationLink]:
    """Links to the WGS-84 place `lat`, `lon`.

    Amap (https://lbs.amap.com/api/uri-api/guide/travel/route) and Tencent
    (https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebRoute) plan the way from where the phone is, in GCJ-02. Baidu's web
    address for routes cannot do without a start, so its link shows the marked place, from where one tap plans the way
    (https://lbsyun.baidu.com/docs/webapi?title=mapadjustment%2Furi%2Fweb); it takes WGS-84 when told so.
    geo: (RFC 5870) opens whatever application the phone has for it, with the pin label most of them read.
    """
    gcj_lat, gcj_lon = wgs84_to_gcj02(lat, lon)
    here, shifted = f"{lat:.6f},{lon:.6f}", f"{gcj_lat:.6f},{gcj_lon:.6f}"
    amap = {
        "to": f"{gcj_lon:.6f},{gcj_lat:.6f},{name.replace(',', ' ')}",  # a comma would begin another field
        "mode": "car",
        "coordinate": "gaode",
        "callnative": "1",
        "src": SOURCE,
    }
    baidu = {
        "location": here,
        "title": name,
        "content": name,
        "coord_type": "wgs84",
        "output": "html",
        "src": f"webapp.{SOURCE}.{SOURCE}",
    }
    tencent = {"type": "drive", "to": name, "tocoord": shifted, "coord_type": "2", "referer": SOURCE}
    return [
        NavigationLink("amap", _("Amap"), _url("https://uri.amap.com/navigation", amap)),
        NavigationLink("baidu", _("Baidu Maps"), _url("https://api.map.baidu.com/marker", baidu)),
        NavigationLink("tencent", _("Tencent Maps"), _url("https://apis.map.qq.com/uri/v1/routeplan", tencent)),
        NavigationLink("geo", _("Another map app"), f"geo:{here}?q={here}({quote(name, safe='')})"),
    ]


def _url(address: str, parameters: dict[str, str]) -> str:
    return f"{address}?{urlencode(parameters, safe=',', quote_via=quote)}"
