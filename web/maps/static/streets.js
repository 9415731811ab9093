// Streets, water and parks below a map, drawn on canvas from cells of our own: no tiles, no other host, no internet.
// `options`: levels (zooms with cells), bounds [west, south, east, north], url with {z} {x} {y}, or cells ("z/x/y" to a cell).
"use strict";

const MAP_UNITS = 4096; // a cell's side, as in logistics/gateways/base_map/cells.py
const MAP_AREAS = ["--map-park", "--map-water"];
// Colour, and width in pixels at zoom 15; in the order of painting.
const MAP_LINES = [
  ["--map-water", 2.5], ["--map-edge", 1.1], ["--map-street", 2], ["--map-street", 4],
  ["--map-road", 5.5], ["--map-road", 7], ["--map-road", 8], ["--line-strong", 1],
];
const [MAP_PATH, MAP_SERVICE, MAP_STREET, MAP_MAIN, MAP_RAIL] = [1, 2, 3, 5, 7];
const MAP_TILE = 512;

function roundsStreets(map, options) {
  const held = new Map();
  const [west, south, east, north] = options.bounds;

  const cell = (level, x, y) => {
    const key = `${level}/${x}/${y}`;
    if (!held.has(key)) {
      const address = () => options.url.replace("{z}", level).replace("{x}", x).replace("{y}", y);
      const read = options.cells
        ? Promise.resolve(options.cells[key] || null)
        : fetch(address()).then((answer) => (answer.ok ? answer.json() : null));
      held.set(key, read.then((found) => found && roundsUnpacked(found)).catch(() => held.delete(key) && null));
    }
    return held.get(key);
  };

  const cellsBelow = (coords, level) => {
    const side = 256 * 2 ** (coords.z - level);
    const at = (longitude, latitude) => map.project([latitude, longitude], level).divideBy(256).floor();
    const [first, last] = [at(west, north), at(east, south)];
    const found = [];
    const from = coords.scaleBy(L.point(MAP_TILE, MAP_TILE));
    for (let x = Math.floor(from.x / side); x * side < from.x + MAP_TILE; x += 1) {
      for (let y = Math.floor(from.y / side); y * side < from.y + MAP_TILE; y += 1) {
        if (x < first.x || x > last.x || y < first.y || y > last.y) continue;
        found.push(cell(level, x, y).then((read) => [read, x * side - from.x, y * side - from.y, side / MAP_UNITS]));
      }
    }
    return found;
  };

  const Streets = L.GridLayer.extend({
    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      const level = options.levels.filter((zoom) => zoom <= coords.z).pop() ?? options.levels[0];
      Promise.all(cellsBelow(coords, level)).then((cells) => {
        const drawn = cells.filter(([read]) => read);
        if (drawn.length) roundsPaint(canvas, drawn, coords.z, getComputedStyle(map.getContainer()));
        done(null, canvas);
      }, (error) => done(error, canvas));
      return canvas;
    },
  });
  const layer = new Streets({ tileSize: MAP_TILE, minZoom: options.levels[0] - 1, maxZoom: 20, className: "streets", updateWhenZooming: false });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => layer.redraw());
  return layer.addTo(map);
}

// Whole numbers one after the other become paths that a canvas draws at any size.
function roundsUnpacked(cell) {
  const line = (path, flat, close) => {
    let [x, y] = [0, 0];
    const points = [];
    for (let n = 0; n < flat.length; n += 2) {
      x += flat[n];
      y += flat[n + 1];
      points.push([x, y]);
      if (n) path.lineTo(x, y);
      else path.moveTo(x, y);
    }
    if (close) path.closePath();
    return points;
  };
  const areas = MAP_AREAS.map(() => new Path2D());
  for (const [kind, ...rings] of cell.areas) for (const ring of rings) line(areas[kind], ring, true);
  const lines = MAP_LINES.map(() => new Path2D());
  const named = [];
  for (const [kind, name, flat] of cell.lines) {
    const points = line(lines[kind], flat, false);
    if (name >= 0) named.push([kind, cell.names[name], points]);
  }
  return { areas, lines, named };
}

function roundsPaint(canvas, cells, zoom, style) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  // One pixel more than the tile: between two zooms no hairline shows between tiles.
  canvas.width = canvas.height = (MAP_TILE + 1) * ratio;
  canvas.style.width = canvas.style.height = `${MAP_TILE + 1}px`;
  const brush = canvas.getContext("2d");
  const colour = (token) => style.getPropertyValue(token).trim();
  const grown = 1.5 ** (zoom - 15);
  const through = (paint) => {
    for (const [cell, left, top, scale] of cells) {
      brush.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * left, ratio * top);
      paint(cell, 1 / scale);
    }
  };
  const stroke = (kind, token, more) => through((cell, unit) => {
    brush.strokeStyle = colour(token);
    brush.lineWidth = Math.max(0.7, MAP_LINES[kind][1] * grown + more) * unit;
    brush.setLineDash(kind === MAP_PATH ? [4 * unit, 2 * unit] : []);
    brush.stroke(cell.lines[kind]);
  });
  brush.lineJoin = brush.lineCap = "round";
  MAP_AREAS.forEach((token, kind) => through((cell) => {
    brush.fillStyle = colour(token);
    brush.fill(cell.areas[kind], "evenodd");
  }));
  for (let kind = MAP_SERVICE; kind < MAP_RAIL; kind += 1) {
    // Narrow streets have no room for an edge of their own: the edge's colour alone shows them.
    if (zoom >= (kind < MAP_MAIN ? 14 : 11)) stroke(kind, "--map-edge", 1.6);
  }
  MAP_LINES.forEach(([token], kind) => {
    const narrow = zoom < 14 && kind >= MAP_SERVICE && kind < MAP_MAIN;
    stroke(kind, narrow ? "--map-edge" : token, 0);
  });
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  roundsNames(brush, cells, zoom, colour);
}

// A name stands along the longest straight stretch of its street in the tile, where it has room; else it is left out.
function roundsNames(brush, cells, zoom, colour) {
  const least = zoom >= 17 ? MAP_PATH : zoom >= 15 ? MAP_STREET : MAP_MAIN;
  if (zoom < 14) return;
  const frame = L.bounds([2, 2], [MAP_TILE - 2, MAP_TILE - 2]);
  const taken = [];
  const said = new Set();
  brush.font = `${zoom >= 17 ? 13 : 11.5}px system-ui, sans-serif`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.lineWidth = 3;
  brush.setLineDash([]);
  brush.strokeStyle = colour("--map-land");
  brush.fillStyle = colour("--ink-2");
  const all = cells.flatMap(([cell, left, top, scale]) =>
    cell.named.filter(([kind]) => kind >= least).map(([kind, name, points]) =>
      [kind, name, points.map(([x, y]) => L.point(left + x * scale, top + y * scale))]));
  for (const [, name, points] of all.sort((a, b) => b[0] - a[0])) {
    const run = said.has(name) ? null : roundsStraight(points, frame);
    const width = brush.measureText(name).width;
    if (!run || run[0].distanceTo(run[1]) < width + 8) continue;
    const [left, right] = run[0].x <= run[1].x ? run : [run[1], run[0]];
    const angle = Math.atan2(right.y - left.y, right.x - left.x);
    const middle = left.add(right).divideBy(2);
    const half = L.point(Math.abs(Math.cos(angle)) * width / 2 + 8, Math.abs(Math.sin(angle)) * width / 2 + 8);
    const box = L.bounds(middle.subtract(half), middle.add(half));
    if (!frame.contains(box) || taken.some((other) => other.overlaps(box))) continue;
    taken.push(box);
    said.add(name);
    brush.save();
    brush.translate(middle.x, middle.y);
    brush.rotate(angle);
    brush.strokeText(name, 0, 0);
    brush.fillText(name, 0, 0);
    brush.restore();
  }
}

function roundsStraight(points, frame) {
  let best = null;
  let start = null;
  let heading = 0;
  for (let n = 1; n < points.length; n += 1) {
    const part = L.LineUtil.clipSegment(points[n - 1], points[n], frame, false);
    if (!part) {
      start = null;
      continue;
    }
    const turn = Math.atan2(part[1].y - part[0].y, part[1].x - part[0].x);
    const bend = Math.abs(Math.atan2(Math.sin(turn - heading), Math.cos(turn - heading)));
    if (!start || bend > 0.2 || start[1].distanceTo(part[0]) > 1) {
      start = [part[0], part[1]];
      heading = turn;
    } else start[1] = part[1];
    if (!best || start[0].distanceTo(start[1]) > best[0].distanceTo(best[1])) best = [...start];
  }
  return best;
}
