// The pin on the page of a place: drag it, press on the map, or move it with the arrow keys. The fields and the pin follow
// each other; what is saved is what stands in the fields. Without this script the fields alone do.

const data = JSON.parse(document.getElementById("place-data").textContent);
const side = document.getElementById("place-side");
const told = document.getElementById("place-told");
const fields = ["latitude", "longitude"].map((name) => document.getElementById(name));
const STEP_PX = 2;
const BIG_STEP_PX = 20;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

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

function typed() {
  const [north, east] = fields.map((field) => Number(field.value.trim().replace("\u2212", "-") || NaN));
  return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? L.latLng(north, east) : null;
}

function label(layer, text) {
  const words = document.createElement("span");
  words.textContent = text;
  layer.bindTooltip(words);
}

function surroundings(map) {
  for (const mark of data.landmarks) {
    const icon = L.divIcon({ className: "place-mark", iconSize: [14, 14] });
    label(L.marker([mark.lat, mark.lon], { icon, keyboard: false, alt: mark.name }).addTo(map), mark.name);
  }
  if (!data.other) return;
  const icon = L.divIcon({ className: "place-other", html: "?", iconSize: [28, 28] });
  label(L.marker([data.other.lat, data.other.lon], { icon, keyboard: false, alt: "The other place" }).addTo(map), "The other place");
}

function view(map, start) {
  const points = [start, data.other && L.latLng(data.other.lat, data.other.lon)].filter(Boolean);
  if (!points.length) points.push(...data.landmarks.map((mark) => L.latLng(mark.lat, mark.lon)));
  if (points.length > 1) map.fitBounds(L.latLngBounds(points), { padding: [48, 48], maxZoom: 17, animate: false });
  else map.setView(points[0] || [54.5, -3], points.length ? 17 : 5);
}

function pinOn(map, start) {
  const before = start;
  let pin = null;

  const say = (at) => {
    const away = before ? `, ${Math.round(map.distance(before, at))} m from where it was` : "";
    told.textContent = `The pin is at ${at.lat.toFixed(6)}, ${at.lng.toFixed(6)}${away}. Not saved yet.`;
  };
  const moved = (at) => {
    fields[0].value = at.lat.toFixed(6);
    fields[1].value = at.lng.toFixed(6);
    say(at);
  };
  const byKey = (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    event.stopPropagation();
    const by = L.point(arrow).multiplyBy(event.shiftKey ? BIG_STEP_PX : STEP_PX);
    pin.setLatLng(map.unproject(map.project(pin.getLatLng()).add(by)));
    map.panInside(pin.getLatLng(), { padding: [40, 40], animate: false });
    moved(pin.getLatLng());
  };
  const put = (at) => {
    if (pin) return void pin.setLatLng(at);
    const icon = L.divIcon({ className: "place-spot", iconSize: [44, 44] });
    pin = L.marker(at, { icon, draggable: true, autoPan: true, zIndexOffset: 1000, title: "" }).addTo(map);
    const box = pin.getElement();
    box.setAttribute("aria-label", "Pin. Move it with the arrow keys.");
    box.setAttribute("aria-describedby", "place-help");
    box.addEventListener("keydown", byKey);
    pin.on("drag", () => moved(pin.getLatLng()));
  };

  if (start) put(start);
  else told.textContent = "There is no pin yet: press on the map where the address is, or type the coordinates.";
  map.on("click", (event) => {
    put(event.latlng);
    moved(event.latlng);
  });
  for (const field of fields) {
    field.addEventListener("input", () => {
      const at = typed();
      if (!at) return;
      put(at);
      say(at);
      map.setView(at, Math.max(map.getZoom(), 15), { animate: false });
    });
  }
}

try {
  await Promise.all([load("link", data.style), ...data.scripts.map((address) => load("script", address))]);
  side.hidden = false;
  const map = L.map("place-map", { zoomSnap: 0.5, attributionControl: Boolean(data.credit) });
  map.attributionControl?.setPrefix(false);
  const box = map.getContainer();
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Map of the place");
  L.control.scale({ imperial: false, position: "topright" }).addTo(map);
  const start = typed();
  view(map, start);
  if (data.credit) map.attributionControl.addAttribution(data.credit);
  if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 19 }).addTo(map);
  else if (data.streets) roundsStreets(map, data.streets);
  else document.getElementById("place-plain").hidden = false;
  surroundings(map);
  pinOn(map, start);
} catch {
  side.hidden = true; // the fields are there, and say what to type
}
