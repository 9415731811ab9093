// Dragging a stop to another place, with what it would break shown on the way. The page works without it.

const board = document.querySelector(".columns[data-draft]");
const form = document.getElementById("drop-form");
const panel = document.getElementById("preview");
const WAIT_MS = 60;

const part = (name) => panel.querySelector(`[data-part="${name}"]`);
const asLoaded = panel && { title: part("title").textContent, change: part("change").textContent, violations: [...part("violations").childNodes] };

function sayAgain() {
  part("title").textContent = asLoaded.title;
  part("change").textContent = asLoaded.change;
  part("violations").replaceChildren(...asLoaded.violations);
}

function say(title, change, violations) {
  part("title").textContent = title;
  part("change").textContent = change;
  const list = document.createElement("ul");
  list.className = "broken";
  for (const sentence of violations) {
    const line = document.createElement("li");
    line.textContent = sentence;
    list.append(line);
  }
  const fine = document.createElement("p");
  fine.textContent = "The checker would find nothing wrong.";
  part("violations").replaceChildren(violations.length ? list : fine);
}

/** The place under a point: the column's shift, and the stop to go before ("" for last). */
function placeAt(x, y, lifted) {
  const under = document.elementFromPoint(x, y);
  const column = under?.closest(".column");
  if (!column) return null;
  const stops = [...column.querySelectorAll("[data-stop]")].filter((stop) => stop !== lifted);
  const before = stops.find((stop) => y < stop.getBoundingClientRect().top + stop.offsetHeight / 2);
  const mark = before ?? column.querySelector(".end");
  return { to: `${column.dataset.shift}|${before?.dataset.stop ?? ""}`, mark };
}

class Drag {
  constructor(stop, grip, pointer) {
    Object.assign(this, { stop, grip, pointer, place: null, timer: 0, asked: null });
    stop.classList.add("lifted");
    grip.setPointerCapture(pointer);
    this.listeners = { pointermove: (e) => this.over(e), pointerup: () => this.drop(), pointercancel: () => this.end() };
    for (const [name, hear] of Object.entries(this.listeners)) grip.addEventListener(name, hear);
    this.key = (e) => e.key === "Escape" && this.end();
    document.addEventListener("keydown", this.key);
  }

  over(event) {
    const edge = 60;
    if (event.clientY < edge) scrollBy(0, -20);
    if (event.clientY > innerHeight - edge) scrollBy(0, 20);
    const place = placeAt(event.clientX, event.clientY, this.stop);
    if (place?.to === this.place?.to) return;
    this.place?.mark.classList.remove("here-to");
    this.place = place;
    place?.mark.classList.add("here-to");
    clearTimeout(this.timer);
    if (place) this.timer = setTimeout(() => this.ask(place), WAIT_MS);
    else sayAgain();
  }

  async ask(place) {
    this.asked?.abort();
    this.asked = new AbortController();
    const wish = new URLSearchParams({ kind: "move_stop", day: board.dataset.day, stop: this.stop.dataset.stop, to: place.to });
    panel.classList.add("asking");
    try {
      const answer = await fetch(`${board.dataset.draft}?${wish}`, { headers: { Accept: "application/json" }, signal: this.asked.signal });
      const told = await answer.json();
      if (this.place !== place) return;
      if (answer.ok) say("Dropped here:", told.change, told.violations);
      else say("It cannot go here:", told.error, []);
    } catch (error) {
      if (error.name !== "AbortError") sayAgain();
    } finally {
      panel.classList.remove("asking");
    }
  }

  drop() {
    const place = this.place;
    this.end();
    if (!place) return;
    form.elements.stop.value = this.stop.dataset.stop;
    form.elements.to.value = place.to;
    form.submit();
  }

  end() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.stop.classList.remove("lifted");
    this.place?.mark.classList.remove("here-to");
    for (const [name, hear] of Object.entries(this.listeners)) this.grip.removeEventListener(name, hear);
    document.removeEventListener("keydown", this.key);
    sayAgain();
  }
}

/** Has the week read while the hand is still moving, if that was not done in the last minute. */
function warm(stop) {
  const own = `${stop.closest(".column").dataset.shift}|${stop.dataset.stop}`;
  const wish = new URLSearchParams({ kind: "move_stop", day: board.dataset.day, stop: stop.dataset.stop, to: own });
  fetch(`${board.dataset.draft}?${wish}`, { headers: { Accept: "application/json" } }).catch(() => undefined);
}

if (board && form) {
  board.classList.add("can-drag");
  board.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    const stop = grip.closest("[data-stop]");
    warm(stop);
    new Drag(stop, grip, event.pointerId);
  });
}
