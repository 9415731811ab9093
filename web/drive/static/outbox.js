// Taps go out in their order and each exactly once: one sender at a time, one list at a time, until each has its answer.
// A list whose answer was lost is sent again: the server knows every id, and answers as it did before.

const MOST_AT_ONCE = 50;
const PATIENCE_MS = 20000;

export class LinkDied extends Error {}

export async function ask(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    headers: { Accept: "application/json", ...options.headers },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401 || answer.status === 403) throw new LinkDied();
  return answer;
}

// `tokenOf(fresh)` gives the token that a form would carry; a browser that was closed needs a fresh one.
async function sendList(taps, tokenOf) {
  for (const fresh of [false, true]) {
    const answer = await ask("/d/events", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": await tokenOf(fresh) },
      body: JSON.stringify({ sent_at: new Date().toISOString(), events: taps.map((tap) => tap.event) }),
    });
    if (answer.ok) return (await answer.json()).events;
    if (answer.status !== 400) throw new Error(`not sent: ${answer.status}`);
  }
  throw new Error("not sent: 400");
}

async function sendAll(store, tokenOf, told) {
  let sent = 0;
  for (let taps = await store.taps(); taps.length; taps = await store.taps()) {
    const list = taps.slice(0, MOST_AT_ONCE);
    const answers = new Map((await sendList(list, tokenOf)).map((each) => [each.id, each]));
    const answered = list.filter((tap) => answers.has(tap.event.id)).map((tap) => {
      const { status, error } = answers.get(tap.event.id);
      return { tap, error: status === "refused" ? error : "" };
    });
    if (!answered.length) throw new Error("not sent: no answer named a tap");
    await store.settle(answered);
    sent += answered.length;
    await told();
  }
  return sent;
}

// Two pages of one phone must not send the same list at once: it would do no harm, and cost data.
export function sendOut(store, tokenOf, told) {
  const work = () => sendAll(store, tokenOf, told);
  return navigator.locks ? navigator.locks.request("food-rounds-outbox", work) : work();
}
