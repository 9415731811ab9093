// A photo taken at a door: made small on the phone, which leaves behind where and with what it was taken; kept there until the
// server has it; sent once, after the tap that it is the proof of.

import { ask } from "./outbox.js";

const LONGEST_PX = 1280;
const QUALITY = 0.8;
const MOST_BYTES = 40 * 1024 * 1024;
const PATIENCE_MS = 45000;
const TRY_LATER = [408, 425, 429];

// The photo as a small JPEG. What the phone cannot read as a picture is refused here, in words for the driver.
export async function shrink(file) {
  if (!file || file.size > MOST_BYTES) throw new Error("This file is too large for a photo. Take it again.");
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error("This is no photo that the phone can read. Take it again.");
  }
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!made) throw new Error("The phone has no room for the photo now. Take it again.");
  return made.arrayBuffer();
}

async function sendOne(photo, tokenOf) {
  for (const fresh of [false, true]) {
    const body = new FormData();
    body.append("photo_id", photo.id);
    body.append("stop_id", photo.stop_id);
    body.append("taken_at", photo.taken_at);
    body.append("sent_at", new Date().toISOString());
    body.append("photo", new Blob([photo.jpeg], { type: "image/jpeg" }), "photo.jpg");
    const answer = await ask("/d/photo", { method: "POST", headers: { "X-CSRFToken": await tokenOf(fresh) }, body }, PATIENCE_MS);
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    if (answer.status >= 500) return { status: "failed", reference: said.reference || String(answer.status) };
    if (answer.status !== 400) {
      if (TRY_LATER.includes(answer.status)) throw new Error(`not sent: ${answer.status}`);
      return { status: "refused", error: said.error || "The photo was not taken, and this phone has forgotten it." };
    }
  }
  throw new Error("not sent: 400");
}

// One that the server falls over stays on the phone for the next contact, and holds up no other.
async function sendAll(store, tokenOf, told) {
  const aside = new Set();
  for (;;) {
    const waiting = new Set((await store.taps()).map((tap) => tap.event.id));
    const photo = (await store.photos()).find((each) => !aside.has(each.n) && !waiting.has(each.tap));
    if (!photo) return;
    const answer = await sendOne(photo, tokenOf);
    if (answer.status === "failed") {
      aside.add(photo.n);
      await store.keepPhotoTrouble(photo.n, answer.reference);
    } else {
      await store.settlePhoto(photo, answer.status === "refused" ? answer.error : "");
    }
    await told();
  }
}

// Two pages of one phone must not send the same photo at once: the server would take it once, and the driver pay for it twice.
export function sendPhotos(store, tokenOf, told) {
  const work = () => sendAll(store, tokenOf, told);
  return navigator.locks ? navigator.locks.request("food-rounds-photos", work) : work();
}
