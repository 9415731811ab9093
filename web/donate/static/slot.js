// Two comforts of the donor's form: portions by tens, and what the times mean for the last door. The form works without.
const form = document.querySelector(".slotform");

for (const group of document.querySelectorAll(".steps")) {
  const field = document.getElementById(group.dataset.for);
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const by = Number(event.target.closest("button")?.dataset.by || 0);
    if (by) field.value = String(Math.min(2000, Math.max(1, (Number(field.value) || 0) + by)));
  });
}

const minutesOf = (name) => {
  const [hour, minute] = (form.elements[name].value || "").split(":").map(Number);
  return Number.isFinite(minute) ? hour * 60 + minute : null;
};
const clock = (minutes) => `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

function tellLastDoor() {
  const note = document.getElementById("lastdoor");
  const ready = minutesOf("ready_at");
  const kind = form.elements.temperature.value;
  const limit = { hot: form.dataset.hotLimit, chilled: form.dataset.chilledLimit }[kind];
  note.hidden = ready === null || !limit;
  if (note.hidden) return;
  const held = kind === "hot" ? minutesOf("hot_hold_until") : null;
  const starts = Math.max(ready, held ?? ready);
  const why = held !== null && held > ready ? `Kept hot until ${clock(held)}` : `Ready at ${clock(ready)}`;
  const by = document.createElement("b");
  by.textContent = clock(starts + Math.floor(Number(limit) / 60));
  note.querySelector("span").replaceChildren(`${why}, so the last door must be reached by `, by, ".");
}

form.addEventListener("input", tellLastDoor);
tellLastDoor();
