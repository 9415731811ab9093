// Taps go out in their order and each exactly once: one sender at a time, one list at a time, until each has its answer.
// A list whose answer was lost is sent again: the server knows every id, and answers as it did before.

const MOST_AT_ONCE = 50;
const PATIENCE_MS = 20000;

export class LinkDied extends Error {}

// The server fell over what was sent: sending the same again and again would hold up all that waits behind it.
class Broken extends Error {
  constructor(reference) {
    super("the server broke");
    this.reference = reference;
  }
}

export async function ask(address, options = {}, patience = PATIENCE_MS) {
  const answer = await fetch(address, {
    ...options,
    headers: { Accept: "application/json", ...options.headers },
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
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
    if (answer.status === 500) throw new Broken((await answer.json().catch(() => ({}))).reference || "500");
    if (answer.status !== 400) throw new Error(`not sent: ${answer.status}`);
  }
  throw new Error("not sent: 400");
}

// What is to be sent now: not what failed in this round already; one at a time once a whole list could not be taken.
async function nextList(store, aside, isCareful) {
  const taps = (await store.taps()).filter((tap) => !aside.has(tap.n));
  return taps.slice(0, isCareful ? 1 : MOST_AT_ONCE);
}

// The answers by id; where the server broke, that of a single tap is that it failed.
async function answersTo(list, tokenOf) {
  try {
    return await sendList(list, tokenOf);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return list.length > 1 ? null : [{ id: list[0].event.id, status: "failed", reference: error.reference }];
  }
}

async function sendAll(store, tokenOf, told) {
  const aside = new Set();
  let sent = 0;
  let isCareful = false;
  for (let list = await nextList(store, aside, false); list.length; list = await nextList(store, aside, isCareful)) {
    const got = await answersTo(list, tokenOf);
    if (!got) {
      isCareful = true;
      continue;
    }
    const answers = new Map(got.map((each) => [each.id, each]));
    const failed = list.filter((tap) => answers.get(tap.event.id)?.status === "failed");
    for (const tap of failed) {
      aside.add(tap.n);
      await store.keepTrouble(tap, answers.get(tap.event.id).reference);
    }
    const answered = list.filter((tap) => answers.has(tap.event.id) && !failed.includes(tap)).map((tap) => {
      const { status, error } = answers.get(tap.event.id);
      return { tap, error: status === "refused" ? error : "" };
    });
    if (!answered.length && !failed.length) throw new Error("not sent: no answer named a tap");
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
