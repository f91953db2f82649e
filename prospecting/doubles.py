"""Is this shop known already? By phone, or by a similar name close by: among leads and among merchants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from merchants.models import PHONE, MerchantQuerySet
from prospecting.models import Lead
from routing.geo import box_around, distance_m
from toolkit.search import similarity
from toolkit.secrets import blind_index, normalize_phone

NEAR_M = 50
FARTHEST_M = 2_000  # looked at, however rough a place is
SIMILAR = 0.6  # word similarity of pg_trgm: 1 where one name stands whole within the other


@dataclass(frozen=True)
class Double:
    """`of` is a lead or a merchant."""

    of: Any
    has_same_phone: bool
    has_similar_name: bool
    distance_m: float | None

    @property
    def is_lead(self) -> bool:
        return isinstance(self.of, Lead)


@dataclass(frozen=True)
class Shop:
    """As a list tells of it; `lat` and `lon` are good to `accuracy_m`."""

    name: str
    phone: str
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float = 0

    @property
    def phone_index(self) -> str:
        digits = normalize_phone(self.phone)
        return blind_index(digits, PHONE) if digits else ""


def doubles_of(
    *,
    name: str,
    phone: str,
    lat: float | None,
    lon: float | None,
    leads: QuerySet[Lead],
    merchants: MerchantQuerySet,
    limit: int = 5,
) -> list[Double]:
    """Among these leads and merchants, the surest first."""
    digits = normalize_phone(phone) or ""
    index = blind_index(digits, PHONE) if digits else None
    found: list[Double] = []
    for rows, by_phone in (
        (leads.filter(merged_into=None), "phone_index"),
        (merchants.not_merged(), "contacts__phone_index"),
    ):
        same = {row.pk: row for row in rows.filter(**{by_phone: index}).distinct()[:limit]} if index else {}
        alike = {row.pk: row for row in _alike(rows, name, lat, lon)[:limit]}
        for pk, row in {**same, **alike}.items():
            away = None if None in (lat, row.lat) else float(distance_m(lat, lon, row.lat, row.lon))
            is_near = pk in alike and away is not None and away <= NEAR_M
            if pk in same or is_near:
                found.append(Double(row, pk in same, is_near, away))
    return sorted(found, key=lambda each: (-(each.has_same_phone + each.has_similar_name), each.distance_m or 0))[
        :limit
    ]


def _alike(rows: QuerySet, name: str, lat: float | None, lon: float | None) -> QuerySet:
    if lat is None or lon is None or not name.strip():
        return rows.none()
    lats, lons = box_around(lat, lon, NEAR_M)
    near = rows.filter(lat__range=lats, lon__range=lons)
    return (
        near.annotate(similarity=similarity(name, "name")).filter(similarity__gte=SIMILAR).order_by("-similarity", "pk")
    )


def first_doubles(shops: Sequence[Shop], *, leads: QuerySet[Lead], merchants: MerchantQuerySet) -> list[Double | None]:
    """The surest double of each: by phone before by name, a lead before a merchant. The same few queries for any number."""
    tables = ((leads.filter(merged_into=None), "phone_index"), (merchants.not_merged(), "contacts__phone_index"))
    indexes = [shop.phone_index for shop in shops]
    asked = set(filter(None, indexes))
    found: list[Double | None] = [None] * len(shops)
    for rows, by_phone in tables:
        owners = rows.filter(**{f"{by_phone}__in": asked}).annotate(index=F(by_phone)).order_by("-pk")
        known = {owner.index: owner for owner in owners}
        for at, index in enumerate(indexes):
            if found[at] is None and index in known:
                found[at] = Double(known[index], True, False, _away_m(shops[at], known[index]))
    for rows, _by_phone in tables:
        for at, row in _near_ones(shops, rows):
            away_m = _away_m(shops[at], row)
            if found[at] is None and away_m is not None and away_m <= _reach_m(shops[at]):
                found[at] = Double(row, False, True, away_m)
    return found


def _near_ones(shops: Sequence[Shop], rows: QuerySet) -> list[tuple[int, Any]]:
    """(place in `shops`, row) where names are alike and places near, the likest first."""
    boxes = [
        (at, shop.name, *lats, *lons)
        for at, shop in enumerate(shops)
        if shop.lat is not None and shop.lon is not None
        for lats, lons in [box_around(shop.lat, shop.lon, _reach_m(shop))]
    ]
    if not boxes:
        return []
    table = connection.ops.quote_name(rows.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT shop.at, known.id
            FROM unnest(%s::int[], %s::text[], %s::float[], %s::float[], %s::float[], %s::float[])
                AS shop (at, name, south, north, west, east)
            JOIN {table} AS known
                ON known.lat BETWEEN shop.south AND shop.north AND known.lon BETWEEN shop.west AND shop.east
            CROSS JOIN LATERAL (
                SELECT greatest(word_similarity(shop.name, known.name), word_similarity(known.name, shop.name))
            ) AS alike (share)
            WHERE alike.share >= %s
            ORDER BY alike.share DESC, known.id
            """,
            [*map(list, zip(*boxes, strict=True)), SIMILAR],
        )
        pairs = cursor.fetchall()
    visible = rows.in_bulk({key for _at, key in pairs})
    return [(at, visible[key]) for at, key in pairs if key in visible]


def _reach_m(shop: Shop) -> float:
    return min(NEAR_M + shop.accuracy_m, FARTHEST_M)


def _away_m(shop: Shop, row: Any) -> float | None:
    return None if shop.lat is None or row.lat is None else float(distance_m(shop.lat, shop.lon, row.lat, row.lon))
