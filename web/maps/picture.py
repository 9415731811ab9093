"""A route as a picture for paper: SVG made here, with streets from the base map, numbers that do not hide each other, a scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from logistics.gateways.base_map import AREAS, LINES, BaseMap, CellId
from logistics.gateways.base_map.cells import UNITS, Bounds, cells_within, world_xy
from web.maps.view import LatLon

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

WIDTH, HEIGHT = 900, 560
_EDGE = 46
_MOST_ZOOM = 17.5
_MARK = 11  # half a mark's height
_EARTH_ROUND_M = 40_075_017
# Paper: greys that a black and white printer tells apart, the route over everything.
_AREA_FILLS = {"park": "#e6eedf", "water": "#d3e4ec"}
_LINE_STROKES = {
    "stream": ("#d3e4ec", 2.5), "path": ("#dcdad3", 0.9), "service": ("#dcdad3", 1.4), "street": ("#cfccc3", 2.6),
    "link": ("#c2beb3", 3.6), "main": ("#b8b3a6", 4.6), "trunk": ("#aca698", 5.4), "rail": ("#8f8b80", 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMark:
    """A stop: `text` is its number; a pickup or hub is square and black on white."""

    at: LatLon
    text: str
    is_door: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """From degrees to the picture's pixels."""

    zoom: float
    left: float
    top: float

    @property
    def world_px(self) -> float:
        return float(256 * 2.0**self.zoom)

    def point(self, at: LatLon) -> Point:
        x, y = world_xy(at[1], at[0])
        return x * self.world_px - self.left, y * self.world_px - self.top


def draw_picture(
    title: str, marks: Sequence[PictureMark], line: Sequence[LatLon], *, base_map: BaseMap | None, credit: str = ""
) -> str:
    """The route as an SVG document. It holds no style sheet, script or address; `title` is read out by screen readers."""
    points = [*line, *(mark.at for mark in marks)]
    body: list[str] = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    if points:
        frame = _frame_of(points)
        body += _streets(base_map, frame) if base_map is not None else []
        body += _route(_within(frame, line))
        body += _names(base_map, frame, line, marks) if base_map is not None else []
        body += _marks(frame, marks)
        body += _scale(frame, points)
    else:
        body.append(
            f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle" font-size="18">No stop of this route is on a map.</text>'
        )
    body.append(
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 8}" text-anchor="end" font-size="11" fill="#333" stroke="#fff"'
        f' stroke-width="3" paint-order="stroke">{escape(credit)}</text>'
    )
    body.append(f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" fill="none" stroke="#888"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="Arial, Helvetica, sans-serif"><title>{escape(title)}</title>{"".join(body)}</svg>'
    )


def _frame_of(points: Sequence[LatLon]) -> _Frame:
    spots = [world_xy(longitude, latitude) for latitude, longitude in points]
    (west, east), (north, south) = ((min(part), max(part)) for part in zip(*spots, strict=True))
    fits = min((WIDTH - 2 * _EDGE) / max(east - west, 1e-9), (HEIGHT - 2 * _EDGE) / max(south - north, 1e-9))
    zoom = min(_MOST_ZOOM, math.log2(fits / 256))
    world_px = 256 * 2.0**zoom
    return _Frame(
        zoom=zoom, left=(west + east) / 2 * world_px - WIDTH / 2, top=(north + south) / 2 * world_px - HEIGHT / 2
    )


def _within(frame: _Frame, line: Sequence[LatLon]) -> list[Point]:
    return [frame.point(point) for point in line]


def _streets(base_map: BaseMap, frame: _Frame) -> list[str]:
    found: dict[str, list[str]] = {kind: [] for kind in (*AREAS, *LINES)}
    for cell in cells_within(_bounds(frame), _level(base_map, frame)):
        shapes = base_map.shapes(cell)
        for kind, *rings in shapes["areas"]:
            found[AREAS[kind]].append("".join(f"{_path(_placed(ring, cell, frame))}Z" for ring in rings))
        for kind, _, flat in shapes["lines"]:
            found[LINES[kind]].append(_path(_placed(flat, cell, frame)))
    grown = 1.35 ** (frame.zoom - 15)
    drawn = [
        f'<path d="{"".join(found[kind])}" fill="{_AREA_FILLS[kind]}" fill-rule="evenodd"/>'
        for kind in AREAS
        if found[kind]
    ]
    for kind, (colour, width) in _LINE_STROKES.items():
        if found[kind]:
            stroke = max(0.6, width * grown)
            drawn.append(
                f'<path d="{"".join(found[kind])}" fill="none" stroke="{colour}" stroke-width="{stroke:.2f}"'
                ' stroke-linecap="round" stroke-linejoin="round"/>'
            )
    return drawn


def _names(base_map: BaseMap, frame: _Frame, line: Sequence[LatLon], marks: Sequence[PictureMark]) -> Iterator[str]:
    """Each street's name once, along its longest straight piece that has room and lies off the numbers and the route."""
    kept = [(x - 34, y - 20, x + 34, y + 20) for x, y in map(frame.point, (mark.at for mark in marks))]
    kept += [(x - 9, y - 9, x + 9, y + 9) for x, y in _every(_within(frame, line), 14)]
    kept += [(0, HEIGHT - 34, 210, HEIGHT), (WIDTH - 420, HEIGHT - 26, WIDTH, HEIGHT)]
    said: set[str] = set()
    for long, name, (x0, y0), (x1, y1) in sorted(_named_pieces(base_map, frame), reverse=True):
        half = 3.3 * len(name) + 4
        cx, cy, angle = (x0 + x1) / 2, (y0 + y1) / 2, math.atan2(y1 - y0, x1 - x0)
        wide, high = abs(math.cos(angle)) * half + 6, abs(math.sin(angle)) * half + 6
        box = (cx - wide, cy - high, cx + wide, cy + high)
        inside = box[0] > 4 and box[1] > 4 and box[2] < WIDTH - 4 and box[3] < HEIGHT - 4
        if name in said or long < 2 * half or not inside or any(_overlap(box, other) for other in kept):
            continue
        said.add(name)
        kept.append(box)
        turn = math.degrees(angle if abs(angle) <= math.pi / 2 else angle + math.pi)
        yield (
            f'<text transform="translate({cx:.1f} {cy:.1f}) rotate({turn:.1f})" y="4" text-anchor="middle" font-size="12"'
            f' fill="#333" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
        )


def _named_pieces(base_map: BaseMap, frame: _Frame) -> Iterator[tuple[float, str, Point, Point]]:
    """The straight pieces of named streets in the picture: length, name, both ends."""
    for cell in cells_within(_bounds(frame), _level(base_map, frame)):
        shapes = base_map.shapes(cell)
        for _, name, flat in shapes["lines"]:
            if name < 0:
                continue
            points = list(_placed(flat, cell, frame))
            start = points[0]
            for n, (before, here) in enumerate(pairwise(points), start=1):
                ahead = points[n + 1] if n + 1 < len(points) else None
                if ahead is None or _bend(before, here, ahead) > 0.2:
                    yield math.dist(start, here), shapes["names"][name], start, here
                    start = here


def _bend(a: Point, b: Point, c: Point) -> float:
    """How far the way turns at b, in radians."""
    turn = math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0])
    return abs(math.atan2(math.sin(turn), math.cos(turn)))


def _every(points: list[Point], step_px: float) -> Iterator[Point]:
    """Points along a line, so near each other that nothing slips between them."""
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / step_px))
        yield from ((x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count) for n in range(count))


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _level(base_map: BaseMap, frame: _Frame) -> int:
    return max((zoom for zoom in base_map.levels if zoom <= frame.zoom + 1), default=base_map.levels[0])


def _bounds(frame: _Frame) -> Bounds:
    """What the picture shows, in degrees."""

    def latitude(y: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / frame.world_px))))

    west, east = (x / frame.world_px * 360 - 180 for x in (frame.left, frame.left + WIDTH))
    return west, latitude(frame.top + HEIGHT), east, latitude(frame.top)


def _placed(flat: Sequence[int], cell: CellId, frame: _Frame) -> Iterator[Point]:
    side = frame.world_px / 2**cell.zoom
    x = y = 0
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        yield (cell.x + x / UNITS) * side - frame.left, (cell.y + y / UNITS) * side - frame.top


def _path(points: Iterator[Point] | Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _route(points: list[Point]) -> list[str]:
    if len(points) < 2:
        return []
    path = _path(points)
    join = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
    arrows = "".join(_arrows(points))
    return [
        f'<path d="{path}" {join} stroke="#fff" stroke-width="8"/>',
        f'<path d="{path}" {join} stroke="#000" stroke-width="3"/>',
        f'<path d="{arrows}" fill="#000" stroke="#fff" stroke-width="1.2"/>',
    ]


def _arrows(points: list[Point], every_px: float = 80) -> Iterator[str]:
    """Triangles along the line: the way to drive it."""
    ahead = every_px / 2
    for (x0, y0), (x1, y1) in pairwise(points):
        long = math.hypot(x1 - x0, y1 - y0)
        while long and ahead <= long:
            ux, uy = (x1 - x0) / long, (y1 - y0) / long
            x, y = x0 + ux * ahead, y0 + uy * ahead
            tail = [(x - 6 * ux - 5.5 * uy, y - 6 * uy + 5.5 * ux), (x - 6 * ux + 5.5 * uy, y - 6 * uy - 5.5 * ux)]
            yield _path([(x + 7 * ux, y + 7 * uy), *tail]) + "Z"
            ahead += every_px
        ahead -= long


def _marks(frame: _Frame, marks: Sequence[PictureMark]) -> Iterator[str]:
    """Each number beside or on its point, never on another; a thin line leads from where it had to give way."""
    taken: list[Box] = []
    heads: list[str] = []
    for mark in marks:
        x, y = frame.point(mark.at)
        half = max(_MARK, 4.2 * len(mark.text) + 5)
        cx, cy = _free_place(x, y, half, taken)
        taken.append((cx - half, cy - _MARK, cx + half, cy + _MARK))
        if (cx, cy) != (x, y):
            yield f'<path d="M{x:.1f} {y:.1f}L{cx:.1f} {cy:.1f}" stroke="#000" stroke-width="1.2"/>'
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#000" stroke="#fff"/>'
        fill, ink, round_px = ("#000", "#fff", _MARK) if mark.is_door else ("#fff", "#000", 2)
        heads.append(
            f'<rect x="{cx - half:.1f}" y="{cy - _MARK:.1f}" width="{2 * half:.1f}" height="{2 * _MARK}" rx="{round_px}"'
            f' fill="{fill}" stroke="{"#fff" if mark.is_door else "#000"}" stroke-width="1.5"/>'
            f'<text x="{cx:.1f}" y="{cy + 4.5:.1f}" text-anchor="middle" font-size="13" font-weight="700" fill="{ink}">'
            f"{escape(mark.text)}</text>"
        )
    yield from heads


def _free_place(x: float, y: float, half: float, taken: list[Box]) -> Point:
    """The nearest place around a point, on the picture, where nothing stands yet; the point itself where none is free."""
    for reach in (0, 26, 40, 56, 74):
        for turn in range(1 if reach == 0 else 12):
            angle = math.tau * turn / 12 - math.pi / 2
            cx = min(max(x + reach * math.cos(angle), half + 2), WIDTH - half - 2)
            cy = min(max(y + reach * math.sin(angle), _MARK + 2), HEIGHT - _MARK - 20)
            box = (cx - half, cy - _MARK, cx + half, cy + _MARK)
            if not any(_overlap(box, other) for other in taken):
                return cx, cy
    return x, y


def _scale(frame: _Frame, points: Sequence[LatLon]) -> list[str]:
    """A bar of a round number of metres, in the lower left corner."""
    middle = sum(latitude for latitude, _ in points) / len(points)
    metres_px = _EARTH_ROUND_M * math.cos(math.radians(middle)) / frame.world_px
    metres = next((step for step in (5000, 2000, 1000, 500, 200, 100, 50, 20) if step / metres_px <= 160), 10)
    long = metres / metres_px
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    y = HEIGHT - 14
    return [
        f'<path d="M12 {y - 5}V{y}H{12 + long:.1f}V{y - 5}" fill="none" stroke="#fff" stroke-width="5"/>',
        f'<path d="M12 {y - 5}V{y}H{12 + long:.1f}V{y - 5}" fill="none" stroke="#000" stroke-width="1.5"/>',
        f'<text x="{18 + long:.1f}" y="{y}" font-size="12" stroke="#fff" stroke-width="3" paint-order="stroke">{words}, north is up</text>',
    ]
