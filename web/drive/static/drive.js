// The driver's page where scripts run: a tap is kept on the phone at once and the page goes on; it is sent when there is a signal.
// Everything works without this, as forms, while there is a signal.

import { draw, drawDone, isOpen, signOf, withTaps } from "./draw.js";
import { openStore, wipe } from "./kept.js";
import { LinkDied, ask, sendOut } from "./outbox.js";
import { sendPhotos, shrink } from "./photos.js";
import { eventsOf, freshId, problemOf } from "./taps.js";

const LOOK_AGAIN_MS = 120000;
const TRY_AGAIN_MS = [1000, 3000, 10000, 30000, 60000];
// These need an answer before the page can go on: they are sent as forms.
const ONLINE_ONLY = ["route_accepted", "route_declined", "route_reconciled"];
const AT_THE_STOP = ["concern_raised", "stop_noted", "temperature_taken", "stop_arrived"];

let store = null;
let route = null;
let wanted = new URLSearchParams(location.search).get("stop");
let isAway = document.body.classList.contains("away");
let tries = 0;
let retry = 0;
let lookedAt = 0;
let drawn = "";
let reaching = null;
let isAskedAgain = false;

function runClock(box) {
  const minutes = Math.floor((new Date(box.dataset.until) - Date.now()) / 60000);
  const limit = Math.floor(Number(box.dataset.limit) / 60);
  const left = box.querySelector(".left");
  const bar = box.querySelector("progress");
  const isLate = minutes < 0;
  const runs = minutes < limit;
  left.textContent = isLate ? "Too late" : runs ? `${minutes} min left` : `from ${box.dataset.from}`;
  bar.hidden = !runs;
  left.classList.toggle("bad", isLate);
  left.classList.toggle("warn", !isLate && minutes < 15);
  bar.value = Math.min(limit, Math.max(0, limit - minutes));
  bar.setAttribute("aria-label", `Food clock: ${Math.max(0, minutes)} of ${limit} minutes left`);
  box.querySelector(".toolate").hidden = !isLate;
}

setInterval(() => document.querySelectorAll(".foodclock[data-until]").forEach(runClock), 20000);

// What a page needs after it was written anew: ids of its own for each form, one open choice at a time, the map when asked.
function dress() {
  for (const field of document.querySelectorAll("input[name=event_id], input[name^=collected_too-]")) field.value = freshId();
  const others = [...document.querySelectorAll("details.other")];
  for (const box of others) {
    box.addEventListener("toggle", () => {
      if (box.open) for (const other of others) if (other !== box) other.open = false;
    });
  }
  document.getElementById("restmap")?.addEventListener("toggle", async () => {
    const { showMap } = await import("./map.js");
    const written = document.getElementById("map-data");
    showMap(document.getElementById("map"), written ? JSON.parse(written.textContent) : await mapOfRest());
  }, { once: true });
}

async function mapOfRest() {
  const open = new Set(withTaps(route, await store.taps()).stops.filter(isOpen).map((stop) => stop.id));
  return { ...route.map, stops: route.map.stops.filter((stop) => open.has(stop.id)) };
}

const strip = (id) => document.getElementById(id);

async function showSending() {
  for (const form of document.querySelectorAll("form.photo")) form.classList.toggle("by-script", Boolean(route));
  const photos = await store.photos();
  const waiting = (await store.taps()).length + photos.length;
  const box = strip("sending");
  box.hidden = !waiting && !isAway;
  const away = isAway ? "No signal. The page works, and keeps what you tap." : "";
  strip("sending-words").textContent = [away, waiting ? `${waiting} waiting to send.` : ""].filter(Boolean).join(" ");
  const refused = await store.refused();
  const kept = (await store.taps()).filter((tap) => tap.trouble).map(troubleOf);
  for (const { stop_id, trouble } of photos.filter((photo) => photo.trouble)) kept.push(troubleOf({ event: { stop_id }, trouble, what: "photo" }));
  strip("refused").replaceChildren(...kept, ...refused.map(({ n, stop_id, kind, error }) => {
    const stop = route?.stops.find((each) => each.id === stop_id);
    const read = document.createElement("button");
    read.className = "btn";
    read.textContent = "I have read this";
    read.addEventListener("click", async () => { await store.forgetRefused(n); showSending(); });
    const said = document.createElement("div");
    said.append(Object.assign(document.createElement("b"), { textContent: `${stop ? `${stop.name}: t` : "T"}his ${kind === "photo" ? "photo " : ""}was not accepted. ` }), error, read);
    const alert = Object.assign(document.createElement("div"), { className: "alert bad problem" });
    alert.setAttribute("role", "alert");
    alert.append(said);
    return alert;
  }));
}

// A tap that our side could not take: it stays on the phone, and the others go on.
function troubleOf({ event, trouble, what = "tap" }) {
  const stop = route?.stops.find((each) => each.id === event.stop_id);
  const said = document.createElement("div");
  const head = Object.assign(document.createElement("b"), { textContent: `${stop ? `${stop.name}: t` : "T"}his ${what} could not be taken by our server. ` });
  said.append(head, `It is kept on this phone and sent again by itself. If it matters now, ring on call and say number ${trouble}.`);
  const alert = Object.assign(document.createElement("div"), { className: "alert bad problem" });
  alert.setAttribute("role", "alert");
  alert.append(said);
  return alert;
}

async function show() {
  drawn = signOf(draw(route, await store.taps(), await store.photos(), wanted).stops);
  dress();
  await showSending();
}

const isBusy = () => Boolean(document.querySelector("main details[open], main input:focus, main textarea:focus"));

// A page that is only an hour old is still the truth; one of yesterday names people that it must not name any more.
async function heldRoute() {
  await store.forgetPhotos((photo) => Date.now() >= photo.until);
  const held = await store.route();
  if (!held) return null;
  if (Date.now() < held.until) return held;
  await wipe(store);
  return null;
}

async function forgetAndSay(title, words) {
  await wipe(store);
  route = null;
  const heading = Object.assign(document.createElement("h1"), { textContent: title });
  const text = Object.assign(document.createElement("p"), { textContent: words });
  const section = Object.assign(document.createElement("section"), { className: "stack" });
  section.append(heading, text);
  document.getElementById("main").replaceChildren(section);
  document.querySelector("header.run ol")?.remove();
  document.body.classList.remove("away");
  isAway = false;
  await showSending();
}

const orderOf = (held) => held.stops.map((stop) => `${stop.id} ${stop.due ?? ""}`).filter((_, n) => isOpen(held.stops[n])).join();

// The route as the server has it now. `quiet`: nothing is drawn anew when only what this phone told has changed.
async function fetchRoute() {
  const marks = (route?.stops ?? []).map((stop) => stop.mark).filter(Boolean);
  const answer = await ask(marks.length ? `/d/kept?have=${route.version ?? ""}&stops=${marks.join()}` : "/d/kept");
  if (!answer.ok) throw new Error(`no route: ${answer.status}`);
  let got = await answer.json();
  lookedAt = Date.now();
  isAway = false;
  if (got.view !== "under_way") {
    const had = Boolean(route);
    await wipe(store, { isFinished: got.view === "finished" });
    if (had || document.body.classList.contains("away")) location.replace("/d/route");
    return;
  }
  const before = route;
  // What this phone has still holds, as a whole or of some stops: of those only what changes with the minutes came.
  if (got.detours) got = { ...before, ...got, stops: before.stops.map((stop) => ({ ...stop, detour: got.detours[stop.id] ?? "" })) };
  else got.stops = got.stops.map((stop) => ("kind" in stop ? stop : { ...before.stops.find((each) => each.id === stop.id), ...stop }));
  route = { ...got, until: Date.now() + (Date.parse(got.expires_at) - Date.parse(got.now)) };
  await store.keepRoute(route);
  keepGround(got.ground);
  strip("worries").innerHTML = got.worries;
  if (before) sayDetours();
  if (!before || (before.version === got.version && !drawn)) return;
  if (before.version !== got.version) {
    const open = new Set(got.stops.filter(isOpen).map((stop) => stop.id));
    const same = before.stops.length === got.stops.length && orderOf({ stops: before.stops.filter((stop) => open.has(stop.id)) }) === orderOf(got);
    strip("changed").hidden = same && strip("changed").hidden;
  }
  const taps = await store.taps();
  if (signOf(withTaps(route, taps).stops) !== drawn && !isBusy()) await show();
  else drawDone(route, taps, await store.photos());
}

// What going somewhere first would do to the food changes with the minutes: written in place, nothing is drawn anew.
function sayDetours() {
  for (const box of document.querySelectorAll("[data-detour]")) {
    const words = route.stops.find((each) => each.id === box.dataset.detour)?.detour ?? "";
    if (box.textContent !== words) box.textContent = words;
  }
}

// The ground below the map, fetched ahead: what is there already is not asked for again, and nobody waits for it.
async function keepGround(addresses) {
  if (!globalThis.caches || navigator.connection?.saveData) return;
  const ground = await caches.open("food-rounds-ground");
  for (const address of addresses) if (!await ground.match(address)) await ground.add(address).catch(() => {});
}

async function tokenOf(fresh) {
  const written = document.querySelector("meta[name=csrf-token]")?.content;
  if (!fresh && (route?.token || written)) return route?.token || written;
  await fetchRoute();
  return route?.token || written || "";
}

// At each contact: what waits is sent first, then the route is read again, so that what it says includes what was sent.
function reachOut() {
  isAskedAgain = Boolean(reaching);
  reaching ??= contact().finally(() => {
    reaching = null;
    if (isAskedAgain) reachOut();
  });
  return reaching;
}

// What was answered does not wait any more.
async function drawSent() {
  route = await store.route() ?? route;
  if (drawn && route) drawDone(route, await store.taps(), await store.photos());
  await showSending();
}

async function contact() {
  clearTimeout(retry);
  if (document.hidden) return;
  try {
    const sent = await sendOut(store, tokenOf, async () => {
      await drawSent();
    });
    if (sent || !route || Date.now() - lookedAt > LOOK_AGAIN_MS / 2) await fetchRoute();
    isAway = false;
    // Last: a slow line must not keep a driver from hearing that the route has changed.
    await sendPhotos(store, tokenOf, drawSent);
    tries = 0;
  } catch (error) {
    if (error instanceof LinkDied) {
      await forgetAndSay("This link is not open any more", "The plan or the crew has changed, or the day is over. The phone has forgotten the route. Look for a newer message, or ring.");
      return;
    }
    isAway = true;
    retry = setTimeout(reachOut, TRY_AGAIN_MS[Math.min(tries, TRY_AGAIN_MS.length - 1)]);
    tries += 1;
  }
  await showSending();
}

function refuse(form, words) {
  let box = form.querySelector("[role=alert]");
  if (!box) {
    box = document.createElement("p");
    box.className = "alert bad";
    box.setAttribute("role", "alert");
    form.prepend(box);
  }
  box.textContent = words;
}

async function tapped(form, events) {
  await store.addTaps(events.map((event) => ({ event, route: route.route })));
  const last = events.at(-1);
  if (AT_THE_STOP.includes(last.kind)) wanted = last.stop_id;
  else if (last.kind !== "stop_reopened") wanted = null;
  await show();
  if (!AT_THE_STOP.includes(last.kind)) scrollTo(0, 0);
  reachOut();
}

// A photo is kept as soon as it is taken; the page without scripts has a button for it.
async function pictured(form) {
  const stop_id = form.dataset.photo;
  const jpeg = await shrink(form.elements.photo.files[0]);
  const stop = withTaps(route, await store.taps()).stops.find((each) => each.id === stop_id);
  await store.addPhoto({ id: freshId(), stop_id, tap: stop?.tap?.id ?? null, taken_at: new Date().toISOString(), until: route.until, jpeg });
  if (drawn) drawDone(route, await store.taps(), await store.photos());
  else await show();
  await showSending();
  reachOut();
}

addEventListener("change", (event) => {
  const form = event.target.closest?.("form.photo");
  if (!form || !store || !route || !event.target.files?.length || form.dataset.sent) return;
  form.dataset.sent = "yes";
  pictured(form).catch((error) => {
    delete form.dataset.sent;
    form.reset();
    refuse(form, error.message);
  });
});

addEventListener("submit", (event) => {
  const form = event.target;
  const when = form.elements?.happened_at;
  if (when && !when.value) when.value = new Date().toISOString();
  const kind = form.elements?.kind?.value;
  if (!kind || !store || !route || ONLINE_ONLY.includes(kind)) return;
  event.preventDefault();
  const problem = problemOf(form);
  if (problem) {
    refuse(form, problem);
    return;
  }
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const events = eventsOf(form);
  for (const button of document.querySelectorAll("main form button")) button.disabled = true;
  tapped(form, events).catch(() => form.submit());
});

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href*='/d/route']");
  if (!link || !store || !route) return;
  event.preventDefault();
  wanted = new URL(link.href).searchParams.get("stop");
  show().then(() => scrollTo(0, 0));
});

async function start() {
  dress();
  try {
    store = await openStore();
  } catch {
    return; // a browser that keeps nothing: the page goes on as forms
  }
  navigator.serviceWorker?.register("/d/worker.js", { scope: "/d/" }).catch(() => {});
  navigator.storage?.persist?.().catch(() => {});
  route = await heldRoute();
  const waiting = (await store.taps()).length + (await store.photos()).length;
  if (route && (waiting || isAway)) await show();
  else if (isAway) strip("away-words").textContent = "This phone keeps no route. Open the link from your message where there is a signal, or ring on call.";
  await showSending();
  await reachOut();
  if (isAway === false && document.body.classList.contains("away") && !route) location.replace("/d/route");
}

addEventListener("online", () => { tries = 0; reachOut(); });
addEventListener("offline", () => { isAway = true; if (store) showSending(); });
document.addEventListener("visibilitychange", () => { if (store && !document.hidden) { tries = 0; reachOut(); } });
setInterval(() => { if (store && !document.hidden) { heldRoute().then((held) => { if (route && !held) forgetAndSay("This day is over", "The phone has forgotten the route."); else reachOut(); }); } }, LOOK_AGAIN_MS);
start();
