"""Read charge zones from a GeoJSON file: everything is checked, and one error names the feature and the field."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from logistics.domain.charge_zones import (
    ChargeZone,
    Polygon,
    Position,
    Ring,
    checked_hours,
    checked_name,
    checked_price_pence,
    checked_vehicles,
)
from logistics.domain.errors import BadInput
from logistics.domain.zone_shape import why_no_area

MOST_BYTES = 5_000_000
MOST_FEATURES = 50
MOST_POSITIONS = 20_000
"""Positions of one feature: a city's outline needs some hundred."""
PROPERTIES = ("name", "price_pence", "hours", "vehicles")
WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")

type Json = dict[str, Any]


def read_charge_zones(path: Path) -> tuple[ChargeZone, ...]:
    """The zones of a FeatureCollection of polygons, in the file's order. Raises BadInput, and reads nothing by halves."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(
                f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB: leave out what is no charge zone."
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as a text in UTF-8: {error}.") from error
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not JSON: {error}.") from error
    try:
        return _zones(document)
    except BadInput as error:
        raise BadInput(f"{path.name}, {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("it gives a name twice within one object")
    return made


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _zones(document: Any) -> tuple[ChargeZone, ...]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BadInput("type: it must be a FeatureCollection.")
    _only(document, ("type", "features"), ("name", "bbox", "crs"), "the collection")
    if "crs" in document and not any(word in json.dumps(document["crs"]) for word in WGS84):
        raise BadInput("crs: positions must be longitude and latitude in WGS84; export the file so.")
    features = document["features"]
    if not isinstance(features, list) or not 0 < len(features) <= MOST_FEATURES:
        raise BadInput(f"features: it must be a list of 1 to {MOST_FEATURES} features.")
    zones: list[ChargeZone] = []
    for number, feature in enumerate(features, start=1):
        try:
            zones.append(_zone(feature, {zone.name.casefold() for zone in zones}))
        except BadInput as error:
            raise BadInput(f"feature {number}{_called(feature)}, {error}") from error
    return tuple(zones)


def _called(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return f" (“{name[:40]}”)" if isinstance(name, str) and name and name.isprintable() else ""


def _zone(feature: Any, taken: set[str]) -> ChargeZone:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise BadInput("type: it must be a Feature.")
    _only(feature, ("type", "properties", "geometry"), ("id", "bbox"), "a feature")
    properties = feature["properties"]
    if not isinstance(properties, dict):
        raise BadInput(f"properties: it needs {', '.join(PROPERTIES)}.")
    _only(properties, PROPERTIES, (), "properties")
    name = _field("name", checked_name, properties)
    if name.casefold() in taken:
        raise BadInput("name: another feature has the same.")
    return ChargeZone(
        id=uuid.uuid4(),
        name=name,
        price_pence=_field("price_pence", checked_price_pence, properties),
        hours=_field("hours", checked_hours, properties),
        vehicles=_field("vehicles", checked_vehicles, properties),
        polygons=_field("geometry", _polygons, feature),
    )


def _only(part: Json, needed: tuple[str, ...], allowed: tuple[str, ...], what: str) -> None:
    unknown = sorted(set(part) - {*needed, *allowed})
    if unknown:
        raise BadInput(f"{unknown[0]}: {what} may hold {', '.join((*needed, *allowed))} only.")
    missing = [name for name in needed if name not in part]
    if missing:
        raise BadInput(f"{missing[0]}: it is missing.")


def _field[Value](name: str, checked: Callable[[Any], Value], part: Json) -> Value:
    try:
        return checked(part[name])
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


def _polygons(raw: Any) -> tuple[Polygon, ...]:
    if not isinstance(raw, dict) or raw.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadInput("it must be a Polygon or a MultiPolygon.")
    _only(raw, ("type", "coordinates"), ("bbox",), "a geometry")
    found = raw["coordinates"]
    parts = [found] if raw["type"] == "Polygon" else found
    if not isinstance(parts, list) or not parts:
        raise BadInput("it has no polygon.")
    polygons = tuple(_polygon(part) for part in parts)
    if sum(len(ring) for polygon in polygons for ring in polygon) > MOST_POSITIONS:
        raise BadInput(f"it has more than {MOST_POSITIONS:,} positions: simplify the outline.")
    why = why_no_area(polygons)
    if why:
        raise BadInput(f"it is no area: {why}.")
    return polygons


def _polygon(raw: Any) -> Polygon:
    if not isinstance(raw, list) or not raw:
        raise BadInput("a polygon must be a list of rings.")
    return tuple(_ring(ring) for ring in raw)


def _ring(raw: Any) -> Ring:
    if not isinstance(raw, list) or len(raw) < 4:
        raise BadInput("a ring needs at least four positions.")
    if len(raw) > MOST_POSITIONS:
        raise BadInput(f"it has more than {MOST_POSITIONS:,} positions: simplify the outline.")
    ring = tuple(_position(position) for position in raw)
    if ring[0] != ring[-1]:
        raise BadInput("a ring must end where it begins.")
    return ring


def _position(raw: Any) -> Position:
    """Longitude, then latitude; a height is passed over."""
    if not isinstance(raw, list) or len(raw) not in (2, 3) or not all(_is_number(figure) for figure in raw):
        raise BadInput(f"{json.dumps(raw)[:60]} is no position: write [longitude, latitude].")
    longitude, latitude = float(raw[0]), float(raw[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise BadInput(
            f"[{longitude:g}, {latitude:g}] is no place on earth: write longitude, then latitude, in degrees."
        )
    return longitude, latitude


def _is_number(figure: Any) -> bool:
    return not isinstance(figure, bool) and isinstance(figure, int | float) and -1e9 < figure < 1e9
