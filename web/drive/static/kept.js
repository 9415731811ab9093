// The phone's own store: the route as pieces, the taps and the photos that wait to be sent. Nothing here is kept longer than it is needed.

const NAME = "food-rounds-route";

function asked(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

export const STATE_AFTER = {
  stop_delivered: "completed", stop_failed: "failed", stop_reopened: "planned", stop_arrived: "arrived", pickup_done: "completed",
};

// The route once the server knows these events: a stop that has ended leaves no name, address or note on the phone.
// What an event was told of is not as the server wrote it any more: it is asked for anew.
function told(route, events) {
  if (events.length) delete route.version;
  for (const event of events) {
    if (event.kind === "route_completed") route.is_finished = true;
    const stop = route.stops.find((each) => each.id === event.stop_id);
    const state = STATE_AFTER[event.kind];
    if (!stop || !state) continue;
    Object.assign(stop, { state, told: event });
    delete stop.mark;
    if (event.kind === "stop_reopened") stop.has_photo = false;
    if (state === "completed" || state === "failed") for (const piece of ["main", "loaded", "line", "latest", "says", "due"]) delete stop[piece];
  }
  return route;
}

export async function openStore() {
  const opening = indexedDB.open(NAME, 2);
  opening.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      opening.result.createObjectStore("route");
      opening.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
      opening.result.createObjectStore("refused", { keyPath: "n" });
    }
    opening.result.createObjectStore("photos", { keyPath: "n", autoIncrement: true });
  };
  const database = await asked(opening);
  // Another page may bring a newer store: it must not wait for this one.
  database.onversionchange = () => database.close();
  const within = (name, mode, work) => new Promise((done, failed) => {
    const change = database.transaction(name, mode, { durability: "strict" });
    const answer = work(change);
    change.oncomplete = () => done(answer?.result);
    change.onerror = change.onabort = () => failed(change.error);
  });
  return {
    route: () => within("route", "readonly", (change) => change.objectStore("route").get("held")),
    keepRoute: (route) => within("route", "readwrite", (change) => change.objectStore("route").put(route, "held")),
    forgetRoute: () => within("route", "readwrite", (change) => change.objectStore("route").clear()),

    taps: () => within("taps", "readonly", (change) => change.objectStore("taps").getAll()),
    // All of one press, or none: a pickup that a delivery marks as collected must not wait without it.
    // What is undone leaves no photo that waits.
    addTaps: (taps) => within(["taps", "photos"], "readwrite", (change) => {
      for (const tap of taps) change.objectStore("taps").add(tap);
      const undone = new Set(taps.filter(({ event }) => event.kind === "stop_reopened").map(({ event }) => event.stop_id));
      if (undone.size) forget(change.objectStore("photos"), (photo) => undone.has(photo.stop_id));
    }),
    // A tap that the server could not take stays where it is, with the number under which its log has it.
    keepTrouble: (tap, trouble) => within("taps", "readwrite", (change) => change.objectStore("taps").put({ ...tap, trouble })),
    // What was answered leaves, and the kept route says it from now on; what was refused is kept apart until somebody has read why.
    settle: (answered) => within(["taps", "refused", "route"], "readwrite", (change) => {
      const routes = change.objectStore("route");
      const held = routes.get("held");
      held.onsuccess = () => {
        if (held.result) routes.put(told(held.result, answered.filter(({ error }) => !error).map(({ tap }) => tap.event)), "held");
      };
      for (const { tap, error } of answered) {
        change.objectStore("taps").delete(tap.n);
        if (error) change.objectStore("refused").put({ n: tap.n, kind: tap.event.kind, stop_id: tap.event.stop_id ?? null, error });
      }
    }),

    photos: () => within("photos", "readonly", (change) => change.objectStore("photos").getAll()),
    addPhoto: (photo) => within("photos", "readwrite", (change) => change.objectStore("photos").add(photo)),
    keepPhotoTrouble: (n, trouble) => within("photos", "readwrite", (change) => {
      const photos = change.objectStore("photos");
      const held = photos.get(n);
      held.onsuccess = () => { if (held.result) photos.put({ ...held.result, trouble }); };
    }),
    // Sent or refused, it leaves the phone; the kept route says from now on that there is one.
    settlePhoto: (photo, error) => within(["photos", "refused", "route"], "readwrite", (change) => {
      change.objectStore("photos").delete(photo.n);
      if (error) {
        change.objectStore("refused").put({ n: `photo ${photo.n}`, kind: "photo", stop_id: photo.stop_id, error });
        return;
      }
      const routes = change.objectStore("route");
      const held = routes.get("held");
      held.onsuccess = () => {
        const stop = held.result?.stops.find((each) => each.id === photo.stop_id);
        if (!stop) return;
        stop.has_photo = true;
        routes.put(held.result, "held");
      };
    }),
    forgetPhotos: (isOver) => within("photos", "readwrite", (change) => forget(change.objectStore("photos"), isOver)),

    refused: () => within("refused", "readonly", (change) => change.objectStore("refused").getAll()),
    forgetRefused: (n) => within("refused", "readwrite", (change) => change.objectStore("refused").delete(n)),
  };
}

function forget(photos, isOver) {
  const each = photos.openCursor();
  each.onsuccess = () => {
    if (!each.result) return;
    if (isOver(each.result.value)) each.result.delete();
    each.result.continue();
  };
}

// The kept route goes, and the ground under it; taps that were not sent stay: they name nobody. Photos show a door, so they go
// as well, unless the route has only been finished and they may still be sent.
export async function wipe(store, { isFinished = false } = {}) {
  await store.forgetRoute();
  if (!isFinished) await store.forgetPhotos(() => true);
  if (globalThis.caches) await caches.delete("food-rounds-ground");
}
