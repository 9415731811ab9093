// Asks the device for a passkey, and sends its answer. The pages stand without this script: they then say what else works.

const part = document.querySelector("[data-passkey]");
const can = part.querySelector("[data-passkey-can]");
const told = part.querySelector("[data-passkey-told]");
const button = can.querySelector("button");
const TOKEN = document.querySelector("meta[name=csrf-token]").content;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function works() {
  const { host } = part.dataset;
  const here = location.hostname;
  return Boolean(host) && isSecureContext && Boolean(window.PublicKeyCredential) && (here === host || here.endsWith(`.${host}`));
}

async function send(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": TOKEN },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (said.next) location.assign(said.next);
  throw new Error(said.error || "That did not work. Load the page again, and try once more.");
}

function asked(options) {
  const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (options.user) publicKey.user = { ...options.user, id: bytes(options.user.id) };
  publicKey.excludeCredentials = known(options.excludeCredentials);
  publicKey.allowCredentials = known(options.allowCredentials);
  return { publicKey };
}

function answered(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = text(made.response[name]);
  const id = text(made.rawId);
  return { id, rawId: id, type: made.type, response, clientExtensionResults: {} };
}

// What a browser says when somebody presses Cancel, waits too long, or holds the passkey already.
const WORDS = {
  NotAllowedError: part?.dataset.passkey === "get"
    ? "No passkey was used. Press the button again, or sign in in another way."
    : "Nothing was done. Press the button again when you are ready.",
  InvalidStateError: "This device holds a passkey for you already.",
};

async function go() {
  told.hidden = true;
  button.disabled = true;
  try {
    const options = asked(await send(part.dataset.ask, {}));
    const made = await navigator.credentials[part.dataset.passkey](options);
    const name = can.querySelector("input")?.value;
    const next = new URL((await send(part.dataset.answer, { answer: answered(made), name })).next, location.href);
    location.assign(next.origin === location.origin ? next.href : "/");
  } catch (error) {
    told.textContent = WORDS[error.name] || error.message;
    told.hidden = false;
    button.disabled = false;
  }
}

if (works()) {
  part.querySelector("[data-passkey-cannot]").hidden = true;
  can.hidden = false;
  button.addEventListener("click", go);
}
