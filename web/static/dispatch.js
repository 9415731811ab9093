// The board while the planner is at work, the day while it is planned again, and copying a link. Each page works without it.

const every = (seconds, ask) => {
  let timer;
  const go = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    const more = await ask().catch(() => true);
    if (more) timer = setTimeout(go, seconds * 1000);
  };
  document.addEventListener("visibilitychange", go);
  go();
};

const json = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
};

const grouped = (number) => number.toLocaleString("en-GB");

function followPlanning(panel) {
  const part = (name) => panel.querySelector(`[data-part="${name}"]`);
  const say = (name, text) => {
    const place = part(name);
    if (place && place.textContent !== text) place.textContent = text;
  };
  part("look")?.remove();
  every(1, async () => {
    const run = await json(panel.dataset.progress);
    if (!run.is_open) {
      // A fresh load, not the same page with its question answered.
      location.replace(location.pathname);
      return false;
    }
    say("phase", run.phase);
    say("used", String(run.used_s));
    part("bar").value = run.used_s;
    if (run.served !== null) say("counts", `${grouped(run.served)} ${run.served === 1 ? "door" : "doors"} reached, ${grouped(run.unserved)} not yet`);
    if (run.is_stopping) {
      say("stop", "Stopping");
      part("stop")?.setAttribute("disabled", "");
    }
    if (run.points) {
      part("curve").hidden = false;
      part("line").setAttribute("points", run.points);
      say("costs", `${grouped(run.first_cost)} to ${grouped(run.best_cost ?? run.first_cost)}`);
    }
    return true;
  });
}

function followReplan(panel) {
  every(1, async () => {
    const news = await json(panel.dataset.replan);
    if (news.mark === panel.dataset.mark) return true;
    location.reload();
    return false;
  });
}

function offerCopying(button) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    document.getElementById(button.dataset.says).textContent = "Copied. Paste it into a message to this driver.";
  });
}

function openFromAddress() {
  const place = location.hash && document.getElementById(location.hash.slice(1));
  if (place instanceof HTMLDetailsElement) place.open = true;
}

// The list of rounds shows the chosen day, without moving anything but itself.
function showChosenDay(row) {
  const pane = row.closest(".pane");
  if (pane.scrollHeight <= pane.clientHeight) return;
  const from = row.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop;
  const until = from + row.parentElement.offsetHeight;
  pane.scrollTop = until <= pane.clientHeight ? 0 : from - 8;
}

document.querySelectorAll("[data-progress]").forEach(followPlanning);
document.querySelectorAll("[data-replan]").forEach(followReplan);
document.querySelectorAll("[data-copies]").forEach(offerCopying);
document.querySelectorAll("[data-prints]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
openFromAddress();
document.querySelectorAll("[data-chosen]").forEach(showChosenDay);
window.addEventListener("hashchange", openFromAddress);
