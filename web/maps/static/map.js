// The dispatcher's map. Every text is set as text, never as markup.
"use strict";

// Below this the open key would hide what it explains: it is there at a tap.
const roundsNarrow = () => window.innerWidth < 900;
// With more routes than this in one picture their lines would hide the doors.
const MAP_MOST_LINES = 12;
const MAP_MARK_PX = 24;
const MAP_MOST_BENEATH = 8;

function roundsMap(id, streets) {
  const map = L.map(id, { zoomControl: true, zoomSnap: 0.25, attributionControl: true });
  map.attributionControl.setPrefix(false);
  L.control.scale({ position: "bottomleft" }).addTo(map);
  if (streets) roundsStreets(map, streets);
  return map;
}

function roundsElement(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

// A charge zone: each polygon is an outline and its holes. Nothing of it can be pressed, so it hides nothing below.
function roundsArea(group, polygons) {
  for (const rings of polygons) {
    group.addLayer(L.polygon(rings.map(roundsUnpackedLine), { interactive: false, className: "charge-zone" }));
  }
}

// Each mark: latitude, longitude, text, style, width, place in its stack, lines of its label, links.
function roundsMarks(group, marks) {
  for (const [latitude, longitude, text, style, width, slot, lines, links] of marks) {
    const anchor = [Math.floor(width / 2), MAP_MARK_PX / 2 - slot * (MAP_MARK_PX + 1)];
    const html = roundsElement("span", `mark ${style}`, text);
    const icon = L.divIcon({ html, className: "spot", iconSize: [width, MAP_MARK_PX], iconAnchor: anchor });
    const rank = style === "unserved" ? 0 : style === "donor" || style === "hub" ? 1 : 2;
    const marker = L.marker([latitude, longitude], { icon, riseOnHover: true, zIndexOffset: rank ? 0 : 1000, alt: "" });
    Object.assign(marker, { roundsLines: lines, roundsLinks: links, roundsRank: rank, roundsBeneath: [] });
    roundsLabel(marker);
    group.addLayer(marker);
  }
}

function roundsLabel(marker) {
  const offset = [0, -10];
  // A finger has no way of pointing without pressing: it gets the popup alone.
  if (!L.Browser.mobile) marker.bindTooltip(() => roundsBox(marker.roundsLines), { direction: "top", offset, opacity: 1 });
  marker.bindPopup(() => roundsPopup(marker), { offset, maxWidth: 260, maxHeight: 260 });
  marker.on("popupopen", () => marker.closeTooltip());
  // A screen reader hears the label too, not only the mark's letters.
  marker.on("add", () => marker.getElement()?.setAttribute("aria-label", marker.roundsLines.join(". ")));
}

function roundsBox(lines) {
  const box = roundsElement("div", "mark-label");
  for (const line of lines) box.append(roundsElement("p", "", line));
  return box;
}

function roundsPopup(marker) {
  const box = roundsBox(marker.roundsLines);
  for (const [text, address] of marker.roundsLinks) {
    const link = roundsElement("a", "mark-link", text);
    link.href = address;
    link.target = "_parent";
    box.append(link);
  }
  if (marker.roundsBeneath.length) {
    box.append(roundsElement("p", "mark-more", roundsWords.also));
    const list = roundsElement("ul", "mark-beneath");
    for (const other of marker.roundsBeneath.slice(0, MAP_MOST_BENEATH)) list.append(roundsElement("li", "", other.roundsLines.join(", ")));
    if (marker.roundsBeneath.length > MAP_MOST_BENEATH) list.append(roundsElement("li", "", `+ ${marker.roundsBeneath.length - MAP_MOST_BENEATH}`));
    box.append(list);
  }
  return box;
}

let roundsWords = {};

function roundsSwatch(entry) {
  const swatch = roundsElement("span", `swatch ${entry.style}`);
  if (!entry.letter) {
    swatch.append(roundsElement("span", `mark ${entry.style}`, entry.style === "unserved" ? "!" : ""));
    return swatch;
  }
  swatch.append(roundsElement("span", `mark ${entry.style}`, entry.letter));
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 44 8");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", "M2 4h40");
  line.setAttribute("class", `route-line ${entry.style}`);
  drawing.append(line);
  swatch.append(drawing);
  return swatch;
}

// The key turns layers on and off. Where there are several days, each is a heading whose box turns the whole day.
function roundsLegend(map, words, entries) {
  roundsWords = words;
  if (!entries.length) return;
  const fold = roundsElement("details", "legend-fold");
  fold.open = !roundsNarrow();
  const list = roundsElement("div", "legend-list");
  fold.append(roundsElement("summary", "", words.heading), list);
  const boxes = [];
  const days = new Map();
  for (const [entry, layer] of entries) {
    const box = roundsTick(roundsEntry(entry), entry.shown, () => change());
    boxes.push({ entry, layer, input: box.querySelector("input") });
    if (!entry.group) list.append(box);
    else roundsDay(days, entry, list, () => change()).append(box);
  }
  const crowded = roundsElement("p", "legend-crowded", words.crowded);
  const change = () => {
    let lines = 0;
    for (const { entry, layer, input } of boxes) {
      if (input.checked !== map.hasLayer(layer)) map[input.checked ? "addLayer" : "removeLayer"](layer);
      lines += input.checked && entry.letter ? 1 : 0;
    }
    for (const day of days.values()) day.show();
    crowded.hidden = lines <= MAP_MOST_LINES;
    map.getContainer().classList.toggle("crowded", lines > MAP_MOST_LINES);
  };
  const all = (ticked) => {
    for (const { input } of boxes) input.checked = ticked;
    change();
  };
  list.prepend(roundsAllOrNone(words, all), crowded);
  const Key = L.Control.extend({
    options: { position: "topright" },
    onAdd: () => {
      const box = roundsElement("div", "legend leaflet-bar");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", words.heading);
      box.append(fold);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      return box;
    },
  });
  new Key().addTo(map);
  change();
}

function roundsEntry(entry) {
  const name = roundsElement("span", "legend-entry");
  name.append(roundsSwatch(entry), roundsElement("span", "legend-text", entry.text));
  return name;
}

function roundsTick(content, ticked, change) {
  const label = roundsElement("label", "legend-tick");
  const input = roundsElement("input", "");
  input.type = "checkbox";
  input.checked = ticked;
  input.addEventListener("change", change);
  label.append(input, content);
  return label;
}

function roundsDay(days, entry, list, change) {
  if (!days.has(entry.group)) {
    const box = roundsElement("div", "legend-day");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", entry.group);
    const inside = roundsElement("div", "legend-inside");
    const inputs = () => [...inside.querySelectorAll("input")];
    const head = roundsTick(roundsElement("b", "", entry.group), entry.shown, (event) => {
      for (const input of inputs()) input.checked = event.target.checked;
      change();
    });
    const own = head.querySelector("input");
    box.append(head, inside);
    list.append(box);
    const show = () => {
      const on = inputs().filter((input) => input.checked).length;
      own.checked = on > 0;
      own.indeterminate = on > 0 && on < inputs().length;
      inside.hidden = !on;
    };
    days.set(entry.group, { inside, show });
  }
  return days.get(entry.group).inside;
}

function roundsAllOrNone(words, all) {
  const row = roundsElement("div", "legend-all");
  for (const [text, ticked] of [[words.all, true], [words.none, false]]) {
    const button = roundsElement("button", "", text);
    button.type = "button";
    button.addEventListener("click", () => all(ticked));
    row.append(button);
  }
  return row;
}

function roundsCredits(map, credits) {
  for (const credit of credits) map.attributionControl.addAttribution(credit);
}

function roundsFit(map, bounds) {
  const height = (selector) => map.getContainer().querySelector(selector)?.offsetHeight || 0;
  const legend = roundsNarrow() ? null : map.getContainer().querySelector(".legend");
  const fit = () =>
    map.fitBounds(bounds, {
      animate: false,
      maxZoom: 17,
      paddingTopLeft: [window.innerWidth < 500 ? 28 : 72, roundsNarrow() ? 64 : 40],
      paddingBottomRight: [legend ? legend.offsetWidth + 28 : 36, height(".leaflet-control-attribution") + 24],
    });
  fit();
  // A frame that was hidden when the map was made has no size until it is shown.
  if (!map.getSize().x) map.once("resize", fit);
  roundsDeclutter(map);
  map.on("zoomend layeradd layerremove", (event) => {
    if (!event.layer || event.layer.roundsLines) roundsSoon(map);
  });
}

function roundsSoon(map) {
  if (map.roundsWaiting) return;
  map.roundsWaiting = requestAnimationFrame(() => {
    map.roundsWaiting = 0;
    roundsDeclutter(map);
  });
}

// Marks that would lie on another become dots; zooming in brings their numbers back. What needs a person comes first.
// A dot is no target: what it stands for is read on the mark that hides it, under "Also here".
function roundsDeclutter(map) {
  const spots = [];
  map.eachLayer((layer) => {
    const box = layer.roundsLines && layer.getElement();
    if (box) spots.push([layer.roundsRank, layer, box]);
  });
  const taken = new Map();
  for (const [, layer, box] of spots.sort((a, b) => a[0] - b[0])) {
    const { iconSize, iconAnchor } = layer.options.icon.options;
    const at = map.project(layer.getLatLng()).subtract(iconAnchor);
    const mine = [at.x, at.y, at.x + iconSize[0], at.y + iconSize[1], layer];
    layer.roundsBeneath = [];
    const cells = roundsCells(mine);
    const above = cells.flatMap((cell) => taken.get(cell) || []).find((other) => roundsOverlap(mine, other));
    if (above) above[4].roundsBeneath.push(layer);
    else for (const cell of cells) taken.set(cell, [...(taken.get(cell) || []), mine]);
    box.classList.toggle("small", Boolean(above));
    box.tabIndex = above ? -1 : 0;
    box.toggleAttribute("inert", Boolean(above));
  }
}

function roundsCells([left, top, right, bottom]) {
  const cells = [];
  for (let x = Math.floor(left / 64); x <= Math.floor(right / 64); x += 1) {
    for (let y = Math.floor(top / 64); y <= Math.floor(bottom / 64); y += 1) cells.push(`${x} ${y}`);
  }
  return cells;
}

// Every mark that can be pressed has its whole 24 by 24 pixels to itself (WCAG 2.5.8).
function roundsOverlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
