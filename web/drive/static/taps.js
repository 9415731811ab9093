// From a form of the page to events: what the server would have read from the same form.

export const freshId = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

const WORDS = ["how", "with", "reason", "note", "decision", "urgency", "about"];
const COUNTS = ["given", "collected"];

// What a form says that cannot be kept, in words for the driver; nothing where it can.
export function problemOf(form) {
  const fields = new FormData(form);
  for (const [name, value] of fields) {
    if (COUNTS.some((kind) => name.startsWith(`${kind}-`)) && !/^\d{1,5}$/.test(value.trim())) return "Enter how many with figures, such as 2.";
    if (name === "note" && !value.trim()) return "Write a few words first.";
  }
  const given = [...fields].filter(([name]) => name.startsWith("given-"));
  const all = form.querySelectorAll("input[name^=given-]").length === Number(form.dataset.items || -1);
  if (given.length && all && given.every(([, value]) => Number(value) === 0)) return "Nothing was given: choose the reason instead.";
  for (const field of form.querySelectorAll("input[data-most]")) {
    if (Number(field.value) > Number(field.dataset.most)) return `There are ${field.dataset.most} of these at most.`;
  }
  if (!fields.has("celsius")) return "";
  const read = degrees(fields.get("celsius"));
  if (read === null) return "Enter what the probe shows in degrees Celsius, such as 66.5.";
  const { low, high } = form.dataset;
  const isOut = (low && read < Number(low) * 10) || (high && read > Number(high) * 10);
  if (isOut && !fields.get("decision")) return `${read / 10} °C is ${low ? `below ${low}` : `above ${high}`} °C: ring on call, then choose what happens with the food.`;
  return "";
}

function degrees(typed) {
  const found = /^-?\d{1,3}(\.\d)?$/.exec(typed.trim().replace("−", "-").replace(",", "."));
  return found ? Math.round(Number(found[0]) * 10) : null;
}

export function eventsOf(form) {
  const fields = new FormData(form);
  const happened_at = new Date().toISOString();
  const details = {};
  const before = [];
  for (const [name, value] of fields) {
    const dash = name.indexOf("-");
    const kind = name.slice(0, dash);
    if (WORDS.includes(name) && value) details[name] = value;
    else if (COUNTS.includes(kind)) (details[kind] ??= {})[name.slice(dash + 1)] = Number(value);
    else if (kind === "collected_too") before.push({ id: freshId(), kind: "pickup_done", stop_id: name.slice(dash + 1), happened_at, details: {} });
    else if (name === "celsius") details.tenths_c = degrees(value);
  }
  const event = { id: freshId(), kind: fields.get("kind"), happened_at, details };
  if (fields.get("stop_id")) event.stop_id = fields.get("stop_id");
  return [...before, event];
}
