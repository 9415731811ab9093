// The phone's own store: the route as pieces, and the taps that wait to be sent. Nothing here is kept longer than it is needed.

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
function told(route, events) {
  for (const event of events) {
    if (event.kind === "route_completed") route.is_finished = true;
    const stop = route.stops.find((each) => each.id === event.stop_id);
    const state = STATE_AFTER[event.kind];
    if (!stop || !state) continue;
    Object.assign(stop, { state, told: event });
    if (state === "completed" || state === "failed") for (const piece of ["main", "loaded", "line", "latest", "says", "due"]) delete stop[piece];
  }
  return route;
}

export async function openStore() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("route");
    opening.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
    opening.result.createObjectStore("refused", { keyPath: "n" });
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
    addTaps: (taps) => within("taps", "readwrite", (change) => {
      for (const tap of taps) change.objectStore("taps").add(tap);
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
    refused: () => within("refused", "readonly", (change) => change.objectStore("refused").getAll()),
    forgetRefused: (n) => within("refused", "readwrite", (change) => change.objectStore("refused").delete(n)),
  };
}

// The kept route goes, and the ground under it; taps that were not sent stay: they name nobody.
export async function wipe(store) {
  await store.forgetRoute();
  if (globalThis.caches) await caches.delete("food-rounds-ground");
}
