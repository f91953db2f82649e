"""GeoJSON as people have it: a geometry, a Feature, a FeatureCollection."""

import json
from collections.abc import Collection, Iterator
from typing import Any

POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")


def geometries(text: str, kinds: Collection[str]) -> list[tuple[str, dict[str, Any]]]:
    """(name, geometry) of each of these kinds; ValueError where it is no GeoJSON."""
    try:
        return [
            (name, each)
            for name, each in _walk(json.loads(text, parse_constant=_no_number), "")
            if each["type"] in kinds
        ]
    except (TypeError, KeyError, AttributeError, RecursionError) as nonsense:
        raise ValueError(text[:40]) from nonsense


def _walk(part: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    match part["type"]:
        case "FeatureCollection":
            for feature in part["features"]:
                yield from _walk(feature, name)
        case "Feature":
            if part["geometry"]:
                yield from _walk(part["geometry"], str((part.get("properties") or {}).get("name") or ""))
        case "GeometryCollection":
            for geometry in part["geometries"]:
                yield from _walk(geometry, name)
        case _:
            yield name, part


def _no_number(word: str) -> None:
    raise ValueError(word)
