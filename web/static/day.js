// The day's board stays up to date: a line brings what has changed; what a line did not bring is fetched. Without a line it asks.
// What is written anew keeps the focus where it was. The page works without this, as it stood when it was loaded.

const ASK_EVERY_MS = 5000;
const TRY_LINE_AGAIN_MS = 30000;
const TRY_FETCH_AGAIN_MS = 3000;
const ALL_EVERY_MS = 60000;

const board = document.querySelector("[data-stream]");
const part = (name) => board.querySelector(`[data-part="${name}"]`);

let mark = board?.dataset.mark ?? "";
let told = "";
const marks = new Map();
let line = null;
let asking = 0;
let fetching = null;
let waiting = null;

function say(name, text) {
  const place = part(name);
  if (place && place.textContent !== text) place.textContent = text;
}

// Where the focus is inside of something that goes: by its id, or by its place among what can be focused.
function focusIn(box) {
  const held = document.activeElement;
  if (!held || !box.contains(held)) return null;
  const all = [...box.querySelectorAll("a[href], button, summary, input, select, [tabindex]")];
  return { id: held.id, index: all.indexOf(held) };
}

function giveBack(box, held) {
  if (!held) return;
  const all = [...box.querySelectorAll("a[href], button, summary, input, select, [tabindex]")];
  const target = (held.id && document.getElementById(held.id)) || all[held.index] || all[0] || box.querySelector("h2, h3");
  if (!target) return;
  if (!target.matches("a[href], button, summary, input, select, [tabindex]")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

function replace(old, fresh) {
  if (old.outerHTML === fresh.outerHTML) return;
  const held = focusIn(old);
  const opened = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
  old.replaceWith(fresh);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  giveBack(fresh, held);
}

function needing() {
  return new Set((board.querySelector("[data-needing]")?.dataset.needing ?? "").split(" ").filter(Boolean));
}

// What came over the line was written for many: its forms get this page's token.
function sign(news) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  for (const field of news.querySelectorAll('input[name="csrf_token"]')) field.value ||= token;
}

function parsed(text) {
  const news = new DOMParser().parseFromString(text, "text/html");
  sign(news);
  return news.querySelector("[data-news]");
}

function takeIn(news) {
  const before = needing();
  for (const fresh of news.querySelectorAll("[data-route]")) marks.set(fresh.dataset.route, fresh.dataset.mark);
  for (const fresh of news.ownerDocument.querySelectorAll("[data-piece]")) {
    const old = document.getElementById(fresh.id);
    if (old) replace(old, fresh);
  }
  const routes = document.getElementById("day-routes");
  const order = news.dataset.order.split(" ").filter(Boolean);
  for (const fresh of news.querySelectorAll("[data-route]")) {
    const old = document.getElementById(fresh.id);
    if (old) replace(old, fresh);
    else routes.append(fresh);
  }
  for (const old of routes.querySelectorAll("[data-route]")) if (!order.includes(old.dataset.route)) old.remove();
  const held = focusIn(routes);
  let place = null;
  for (const letter of [...order].reverse()) {
    const article = document.getElementById(`route-${letter}`);
    if (!article) continue;
    if (article.nextElementSibling !== place) routes.insertBefore(article, place);
    place = article;
  }
  if (held?.id && document.activeElement?.id !== held.id) giveBack(routes, held);
  const none = part("none");
  if (none) none.hidden = routes.childElementCount > 0;
  mark = news.dataset.mark;
  board.dataset.mark = mark;
  runClocks();
  tellOfNew(before);
  return order.filter((letter) => !document.getElementById(`route-${letter}`));
}

async function fetchNews(letters) {
  const address = new URL(board.dataset.board, location.href);
  address.searchParams.set("routes", letters);
  // What was told of last is what is asked for; once a minute everything is read, whatever was told.
  if (letters !== "all") address.searchParams.set("mark", told);
  const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.redirected || answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`the board answered ${answer.status}`);
  const news = parsed(await answer.text());
  return news ? takeIn(news) : [];
}

// One fetch at a time; what comes meanwhile is fetched together afterwards.
async function bring(letters) {
  if (fetching) {
    waiting = waiting === "all" || letters === "all" ? "all" : [...new Set([...(waiting ?? []), ...letters])];
    return;
  }
  fetching = true;
  try {
    const missing = await fetchNews(letters === "all" ? "all" : letters.join());
    if (missing.length) await fetchNews(missing.join());
  } catch {
    say("line", "No contact. What you see may be old; trying again.");
    setTimeout(() => bring(letters), TRY_FETCH_AGAIN_MS);
  } finally {
    fetching = false;
  }
  if (waiting) {
    const next = waiting;
    waiting = null;
    await bring(next);
  }
}

function heard(news) {
  const changed = Object.keys(news.routes).filter((letter) => marks.get(letter) !== news.routes[letter]);
  if (news.mark === mark && !changed.length) return;
  told = news.mark;
  for (const letter of changed) marks.set(letter, news.routes[letter]);
  // Pieces that are fetched just now may be older than these: what was told is then fetched after them.
  const pieces = fetching || !changed.every((letter) => news.changed?.includes(letter)) ? null : parsed(news.news);
  const lacking = pieces ? takeIn(pieces) : changed;
  if (!pieces || lacking.length) bring(lacking.sort());
}

async function ask() {
  clearTimeout(asking);
  if (line?.readyState === EventSource.OPEN || document.hidden) return;
  try {
    const answer = await fetch(board.dataset.marks, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`the mark answered ${answer.status}`);
    heard(await answer.json());
    say("line", "Up to date: asks every 5 seconds.");
  } catch {
    say("line", "No contact. What you see may be old; trying again.");
  }
  asking = setTimeout(ask, ASK_EVERY_MS);
}

function openLine() {
  if (!globalThis.EventSource || document.hidden) return;
  line?.close();
  line = new EventSource(`${board.dataset.stream}?mark=${encodeURIComponent(mark)}`);
  line.addEventListener("open", () => say("line", "Up to date: news appears at once."));
  line.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  line.addEventListener("over", () => location.reload());
  line.addEventListener("error", () => {
    ask();
    if (line.readyState === EventSource.CLOSED) setTimeout(openLine, TRY_LINE_AGAIN_MS);
  });
}

function runClocks() {
  for (const box of board.querySelectorAll("[data-until]")) {
    const left = Math.floor((new Date(box.dataset.until) - Date.now() - skew) / 60000);
    if (left > Number(box.dataset.limit) / 60) continue;
    box.textContent = left < 0 ? "too late" : `${left} min left`;
    box.classList.toggle("bad", left < 0);
    box.classList.toggle("warn", left >= 0 && left < 15);
  }
}

// The reader's clock may be wrong: the page says when it was written.
const skew = board ? Date.parse(board.dataset.now) - Date.now() : 0;

let sounds = null;

function beep() {
  if (!sounds) return;
  const tone = sounds.createOscillator();
  const volume = sounds.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.2, sounds.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sounds.currentTime + 0.4);
  tone.connect(volume).connect(sounds.destination);
  tone.start();
  tone.stop(sounds.currentTime + 0.4);
}

function tellOfNew(before) {
  const fresh = [...needing()].filter((letter) => !before.has(letter));
  if (!fresh.length) return;
  say("says", `Look at route ${fresh.map((letter) => letter.replace("!", "")).join(", ")}.`);
  beep();
}

// J and K only where a route's name has the focus, so that they are in nobody's way.
function step(event) {
  if (!event.target.matches(".routename") || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!by) return;
  const names = [...board.querySelectorAll(".routename")];
  const next = names[names.indexOf(event.target) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function begin() {
  for (const box of board.querySelectorAll("[data-needs-script]")) box.hidden = false;
  for (const shown of board.querySelectorAll("[data-route]")) marks.set(shown.dataset.route, shown.dataset.mark);
  board.querySelector("[data-sound]").addEventListener("change", (event) => {
    sounds?.close();
    sounds = event.target.checked ? new AudioContext() : null;
    beep();
  });
  document.getElementById("day-routes").addEventListener("keydown", step);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      line?.close();
      line = null;
      clearTimeout(asking);
    } else {
      openLine();
      bring("all");
    }
  });
  openLine();
  setTimeout(ask, ASK_EVERY_MS);
  setInterval(() => { if (!document.hidden) bring("all"); }, ALL_EVERY_MS);
  setInterval(runClocks, 20000);
}

if (board) begin();
