// The stops still to come on a map. Its files are fetched only when somebody opens it; the list never waits for it.

function load(kind, address) {
  return new Promise((done, failed) => {
    const part = document.createElement(kind);
    part.onload = done;
    part.onerror = () => failed(new Error(`${address} did not load`));
    if (kind === "link") Object.assign(part, { rel: "stylesheet", href: address });
    else Object.assign(part, { src: address, async: false }); // in the order in which they are asked for
    document.head.append(part);
  });
}

// Stops at one place are one mark that names them all: no mark hides another.
function places(stops) {
  const here = new Map();
  for (const stop of stops) {
    const key = `${stop.lat.toFixed(4)} ${stop.lon.toFixed(4)}`;
    if (!here.has(key)) here.set(key, []);
    here.get(key).push(stop);
  }
  return [...here.values()];
}

function spot(stops, isNext) {
  const numbers = stops.filter((stop) => stop.number).map((stop) => stop.number);
  const text = numbers.length > 2 ? `${numbers[0]}-${numbers.at(-1)}` : numbers.join(",");
  const kind = isNext ? "spot here" : numbers.length ? "spot" : "spot load";
  return L.divIcon({ className: kind, html: text, iconSize: [Math.max(30, 14 + 9 * text.length), 30] });
}

// A mark that would lie on another gives way as a dot; its stop is in the list, and nearer by it has room again.
function giveWay(map, markers) {
  const taken = [];
  for (const marker of markers) {
    const box = marker.getElement();
    const [width, height] = marker.options.icon.options.iconSize;
    const at = map.project(marker.getLatLng());
    const mine = L.bounds([at.x - width / 2, at.y - height / 2], [at.x + width / 2, at.y + height / 2]);
    const hidden = taken.some((other) => other.overlaps(mine));
    if (!hidden) taken.push(mine);
    box.classList.toggle("small", hidden);
    box.toggleAttribute("inert", hidden);
  }
}

// The line follows when the road router has answered; without it the numbers still say the order.
async function drawWay(map, address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { line, note } = await answer.json();
  roundsLine(map, line, "own");
  document.getElementById("map-note").textContent = note;
}

export async function showMap(box, data) {
  try {
    await Promise.all([load("link", data.style), ...data.scripts.map((address) => load("script", address))]);
  } catch {
    box.textContent = "The map could not be fetched. The list above is complete without it.";
    return;
  }
  const map = L.map(box, { zoomSnap: 0.25 });
  map.attributionControl.setPrefix(false);
  for (const credit of data.credits) map.attributionControl.addAttribution(credit);
  const foot = map.attributionControl.getContainer().offsetHeight;
  map.fitBounds(data.stops.map((stop) => [stop.lat, stop.lon]), {
    paddingTopLeft: [52, 36], paddingBottomRight: [36, 28 + foot], maxZoom: 17, animate: false,
  });
  if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 19 }).addTo(map);
  else if (data.streets) roundsStreets(map, data.streets);
  drawWay(map, data.way);
  const markers = places(data.stops).map((stops, index) => {
    const words = stops.map((stop) => stop.name).join(", ");
    const marker = L.marker([stops[0].lat, stops[0].lon], { icon: spot(stops, index === 0), alt: "", zIndexOffset: -index });
    const label = document.createElement("b");
    label.textContent = words;
    marker.bindTooltip(label).addTo(map);
    marker.getElement().setAttribute("aria-label", words);
    return marker;
  });
  giveWay(map, markers);
  map.on("zoomend", () => giveWay(map, markers));
}
