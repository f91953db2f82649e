"""Is this shop known already? By phone, or by a similar name close by: among leads and among merchants."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from merchants.models import PHONE, MerchantQuerySet
from prospecting.models import Lead
from routing.geo import box_around, distance_m
from toolkit.search import similarity
from toolkit.secrets import blind_index, normalize_phone

NEAR_M = 50
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
