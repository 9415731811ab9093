// A route's line with arrows that say which way it goes. Shared by the dispatcher's map and the driver's.
"use strict";

// Whole hundred-thousandths of degrees, each the step from the one before.
function roundsUnpackedLine(flat) {
  let [latitude, longitude] = [0, 0];
  const points = [];
  for (let n = 0; n < flat.length; n += 2) {
    latitude += flat[n];
    longitude += flat[n + 1];
    points.push([latitude / 1e5, longitude / 1e5]);
  }
  return points;
}

// Three layers: an edge in the colour of the land, so that crossing lines can be told apart, the line, and its arrows.
function roundsLine(group, flat, style) {
  const points = roundsUnpackedLine(flat);
  if (points.length < 2) return;
  const options = { interactive: false, smoothFactor: 1 };
  const edge = L.polyline(points, { ...options, className: "route-edge" });
  const line = L.polyline(points, { ...options, className: `route-line ${style}` });
  const arrows = L.polygon([], { ...options, className: `route-arrow ${style}` });
  const place = () => arrows.setLatLngs(roundsArrows(arrows._map, points));
  arrows.on("add", (event) => {
    place();
    event.target._map.on("zoomend", place);
  });
  arrows.on("remove", (event) => event.target._map.off("zoomend", place));
  for (const layer of [edge, line, arrows]) group.addLayer(layer);
}

const MAP_ARROW_EVERY_PX = 90;
const MAP_MOST_ARROWS = 40;

// Small triangles along the line, the same size at every zoom.
function roundsArrows(map, points) {
  const spots = points.map((point) => map.latLngToLayerPoint(point));
  const length = spots.slice(1).reduce((sum, spot, n) => sum + spot.distanceTo(spots[n]), 0);
  const every = Math.max(MAP_ARROW_EVERY_PX, length / MAP_MOST_ARROWS);
  const arrows = [];
  let next = Math.min(every, length) / 2;
  for (let n = 1; n < spots.length; n += 1) {
    const [from, to] = [spots[n - 1], spots[n]];
    const long = from.distanceTo(to);
    for (; long > 0 && next <= long; next += every) {
      const along = to.subtract(from).divideBy(long);
      const tip = from.add(along.multiplyBy(next + 6));
      const back = from.add(along.multiplyBy(next - 5));
      const across = L.point(-along.y, along.x).multiplyBy(5.5);
      arrows.push([[tip, back.add(across), back.subtract(across)].map((spot) => map.layerPointToLatLng(spot))]);
    }
    next -= long;
  }
  return arrows;
}
