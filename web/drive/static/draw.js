// The page from what the phone keeps: the stop in hand, what is still to come, what is done, and what waits to be sent.

import { STATE_AFTER } from "./kept.js";

const OPEN = ["planned", "en_route", "arrived"];

export const isOpen = (stop) => OPEN.includes(stop.state);

// The stops as they stand with the taps that the server does not know of yet.
export function withTaps(route, taps, photos = []) {
  const pictured = new Set(photos.map((photo) => photo.stop_id));
  const stops = route.stops.map((stop) => ({ ...stop, tap: stop.told ?? null, is_waiting: false, photo_waits: pictured.has(stop.id) }));
  const byId = new Map(stops.map((stop) => [stop.id, stop]));
  let isFinished = Boolean(route.is_finished);
  for (const { event } of taps) {
    if (event.kind === "route_completed") isFinished = true;
    const stop = byId.get(event.stop_id);
    if (!stop || !STATE_AFTER[event.kind]) continue;
    stop.state = STATE_AFTER[event.kind];
    stop.tap = event;
    stop.is_waiting = true;
    if (event.kind === "stop_reopened") {
      isFinished = false;
      stop.has_photo = false;
    }
  }
  return { stops, isFinished };
}

export function currentOf(stops, wanted) {
  return stops.find((stop) => isOpen(stop) && stop.id === wanted) ?? stops.find(isOpen) ?? null;
}

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" });
export const clockTime = (instant) => clock.format(new Date(instant));

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Pieces of the page as the server wrote them.
function piece(html) {
  const held = document.createElement("template");
  held.innerHTML = html;
  return held.content;
}

function header(route, stops, stop) {
  const doors = stops.some((each) => each.is_door) ? stops.filter((each) => each.is_door) : stops;
  const count = (state) => doors.filter((each) => each.state === state).length;
  const failed = count("failed") ? `, ${count("failed")} not` : "";
  const crew = route.crew.length ? `. With ${route.crew.join(" and ")}` : "";
  const said = doors[0]?.is_door ? "delivered" : "stops done";
  const ticks = element("ol", { class: "ticks", "aria-hidden": "true" }, ...doors.map((each) => {
    const state = { completed: "done", failed: "failed" }[each.state] ?? (each.id === stop?.id ? "now" : "");
    return element("li", state ? { class: state } : {});
  }));
  const box = document.querySelector("header.run");
  box.replaceChildren(
    element("div", { class: "row row-between" }, element("h1", {}, route.name), box.querySelector("a[href='#help']") ?? ""),
    element("p", { class: "num" }, element("b", {}, `${count("completed")} of ${doors.length}`), ` ${said}${failed}${crew}`),
    ticks,
  );
}

function stillToCome(route, rest) {
  const list = (some) => {
    const box = element("ol", { class: "later" });
    for (const stop of some) {
      if (stop.line) box.append(piece(stop.line));
      else box.append(element("li", {}, element("b", {}, stop.name), element("span", { class: "sub" }, "Its address comes back with the next signal.")));
    }
    return box;
  };
  const section = element("section", { "aria-labelledby": "later" }, element("h2", { id: "later" }, "Still to come"), list(rest.slice(0, 4)));
  if (rest.length > 4) {
    const more = rest.length - 4;
    section.append(element("details", {},
      element("summary", { class: "btn wide" }, `${more} more stop${more === 1 ? "" : "s"}`), list(rest.slice(4))));
  }
  section.append(piece(route.foot));
  return section;
}

function said(route, stop) {
  const { kind, details } = stop.tap;
  if (kind === "stop_failed") return route.words[details.reason] ?? "Not served";
  return stop.is_door ? route.words[details.how] ?? "Delivered" : route.words[stop.kind] ?? "Done";
}

// Food left at the door, or unfit: the server's own words for it are `is_proof` in logistics/queries/driver_rows.py.
function isProof(stop) {
  if (!stop.tap) return Boolean(stop.is_proof);
  const { kind, details } = stop.tap;
  return kind === "stop_delivered" ? details.how === "left_at_door" : details.reason === "food_unfit";
}

const wantsPhoto = (stop) => Boolean(stop.takes_photo && !stop.has_photo && !stop.photo_waits && !isOpen(stop) && isProof(stop));

function icon(name) {
  const made = document.querySelector("header.run svg, .strip svg")?.cloneNode(true);
  const used = made?.querySelector("use");
  used?.setAttribute("href", used.getAttribute("href").replace(/#.*/, `#${name}`));
  return made ?? "";
}

function photoForm(stop) {
  const picked = element("input", { class: "hidden", type: "file", name: "photo", accept: "image/*", capture: "environment", required: "" });
  return element("form", { class: "photo by-script stack-s", method: "post", enctype: "multipart/form-data", action: "/d/photo", "data-photo": stop.id },
    element("label", { class: "btn wide" }, icon("camera"), "Take a photo", element("span", { class: "hidden" }, ` of stop ${stop.number}`), picked),
    element("p", {}, `Only ${stop.state === "failed" ? "the food" : "the door and the bag"}. Never a person, a face or papers.`));
}

function photoOffer(stop) {
  const unfit = stop.state === "failed";
  return element("section", { class: "photo-offer stack-s", "aria-labelledby": "photo-h" },
    element("h2", { id: "photo-h" }, `Stop ${stop.number}: ${unfit ? "food unfit" : "left at the door"}`), photoForm(stop),
    element("p", { class: "small quiet" }, "You need not take one."));
}

// A line of what is done, with its photo: asked for here unless the offer stands above the next stop.
function line(route, stop, isOffered) {
  const made = ended(route, stop);
  const row = made.querySelector?.("li") ?? made;
  if (stop.photo_waits) row.append(element("span", { class: "sub" }, element("span", { class: "chip warn" }, "Photo not sent yet")));
  else if (stop.has_photo) row.append(element("span", { class: "sub" }, element("span", { class: "chip good" }, "Photo sent")));
  else if (!isOffered && wantsPhoto(stop)) row.append(element("div", { class: "sub" }, photoForm(stop)));
  return made;
}

function ended(route, stop) {
  if (!stop.tap) return piece(stop.ended ?? "");
  const form = element("form", { class: "sub", method: "post", action: "/d/event" },
    element("input", { type: "hidden", name: "kind", value: "stop_reopened" }),
    element("input", { type: "hidden", name: "stop_id", value: stop.id }),
    element("button", { class: "btn btn-plain" }, "Undo", element("span", { class: "hidden" }, ` ${stop.number ? `stop ${stop.number}` : "pickup"}`)));
  const state = element("span", { class: stop.state === "completed" ? "chip good" : "chip bad" }, said(route, stop));
  return element("li", {}, element("time", {}, clockTime(stop.tap.happened_at)), element("b", {}, stop.number ? `Stop ${stop.number}` : stop.name),
    element("span", {}, state), ...(stop.is_waiting ? [element("span", { class: "sub" }, element("span", { class: "chip warn" }, "Not sent yet"))] : []), form);
}

// What is over, the latest first.
function overOf(stops) {
  const late = (stop) => Date.parse(stop.tap?.happened_at ?? stop.ended_at ?? 0);
  return stops.filter((stop) => !isOpen(stop)).sort((one, other) => late(other) - late(one));
}

function done(route, stops) {
  const over = overOf(stops);
  if (!over.length) return "";
  const list = element("ul", { class: "later" });
  for (const stop of over) list.append(line(route, stop, stop === over[0]));
  return element("section", { "aria-labelledby": "done-heading", id: "done" }, element("h2", { id: "done-heading" }, "Done"), list);
}

// The list of what is done, written anew: what was sent does not wait any more.
export function drawDone(route, taps, photos) {
  const { stops } = withTaps(route, taps, photos);
  document.getElementById("done")?.replaceWith(done(route, stops));
  const offer = document.querySelector(".photo-offer");
  if (offer && !overOf(stops).slice(0, 1).some(wantsPhoto)) offer.remove();
}

// What the page says of the stops to serve: the same again needs no drawing, which would take the page from under a thumb.
export const signOf = (stops) => stops.map((stop) => (isOpen(stop) ? `${stop.id} ${stop.says} ${stop.due}` : "over")).join();

function bodyOf(stop, stops) {
  const states = new Map(stops.map((each) => [each.id, each.state]));
  const waits = (stop.waits_for ?? []).filter((id) => states.get(id) !== "completed");
  const html = stop.loaded && !waits.length ? stop.loaded : stop.main;
  if (html) return piece(html);
  return element("section", { class: "nextstop stack" }, element("h2", { class: "who", id: "who" }, stop.name),
    element("p", { class: "alert warn" }, "This stop was finished and sent, so the phone has forgotten its address. It comes back with the next signal, or ring on call."));
}

function sending(stops) {
  const doors = stops.filter((stop) => stop.is_door);
  return element("section", { class: "nextstop stack" }, element("h2", { class: "who" }, "The route is finished"),
    element("p", {}, `${doors.filter((stop) => stop.state === "completed").length} of ${doors.length} doors served. Keep this page until nothing waits to be sent.`));
}

// What was drawn is returned: the stop in hand (none at the end), and the open ones.
export function draw(route, taps, photos, wanted) {
  const { stops, isFinished } = withTaps(route, taps, photos);
  const stop = isFinished ? null : currentOf(stops, wanted);
  const rest = stops.filter((each) => isOpen(each) && each !== stop);
  header(route, stops, stop);
  const main = document.getElementById("main");
  main.replaceChildren();
  if (stop && stop.id !== currentOf(stops)?.id) {
    const back = element("a", { href: "/d/route" }, "Back to the next stop");
    main.append(element("p", { class: "strip", role: "note" }, element("span", {}, "Out of order. ", back)));
  }
  const [last] = overOf(stops);
  if (last && wantsPhoto(last)) main.append(photoOffer(last));
  main.append(isFinished ? sending(stops) : stop ? bodyOf(stop, stops) : piece(route.last));
  if (rest.length) main.append(stillToCome(route, rest));
  main.append(done(route, stops));
  document.getElementById("help")?.replaceWith(piece(route.help));
  document.title = `${stop ? stop.title : "Every stop is done"}: Food Rounds`;
  return { stop, stops };
}
