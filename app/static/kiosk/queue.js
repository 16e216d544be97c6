// The queue of answers on a device: kept on its disk first, then sent, and gone only when the server has them.
//
//   const queue = await openQueue();          // rejects with QueueProblem("no_storage") where nothing can be kept
//   await queue.put({...submission, collector: "abc123"});   // on the disk when it resolves
//   queue.flush();                            // try to send now; it also tries by itself
//   queue.onChange(({size, waiting, refused, oldest, reached, persisted}) => …);
//
// `put` takes what POST /r/<code>/responses takes, and `collector`, the code of that address. Sending twice is
// harmless (the server keeps an id once), losing is not: so an entry leaves only on an acknowledgement.

import { send } from "./queue_sending.js";
import { Store } from "./queue_store.js";

const FIRST_PAUSE = 2_000; // ms after the first failure; each further one doubles it
const LONGEST_PAUSE = 120_000;
const TROUBLES_IN_A_ROW = 3; // then the server is ill, and not one entry
const CHANNEL = "hailong-queue";

/** Why an answer could not be kept: `code` is "no_storage", "full" or "failed". */
export class QueueProblem extends Error {
  constructor(code, cause) {
    super(`The answers cannot be kept on this device (${code}).`, { cause });
    this.name = "QueueProblem";
    this.code = code;
  }
}

/** The queue of this device; all tabs of it share one. */
export async function openQueue() {
  const store = new Store();
  try {
    await store.begin();
  } catch (error) {
    throw new QueueProblem("no_storage", error);
  }
  return new Queue(store, await askToStay());
}

/** Whether the browser promises not to clear our storage when the disk gets full. */
async function askToStay() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

class Queue {
  #store;
  #persisted;
  #listeners = new Set();
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
  #flushing = null;
  #pause = FIRST_PAUSE;
  #timer = null;
  #reached = null;
  #telling = false;
  #stale = false;

  constructor(store, persisted) {
    this.#store = store;
    this.#persisted = persisted;
    this.#channel?.addEventListener("message", () => this.#tell());
    addEventListener("online", () => this.#soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.#soon(0));
    this.#soon(0);
  }

  /**
   * Keep a submission; `flush` sends it. Resolves to "kept" when it is safe on this device, or to "sent" when the
   * device had no room and the server took it at once. Rejects with QueueProblem when it is safe nowhere.
   */
  async put({ collector, ...submission }) {
    const entry = {
      id: submission.id,
      collector,
      submission,
      put: new Date().toISOString(),
      state: "waiting",
      tries: 0,
      status: null,
      problem: null,
    };
    try {
      await this.#store.add(entry);
    } catch (error) {
      if ((await send(entry)).result === "arrived") return "sent";
      throw new QueueProblem(error?.name === "QuotaExceededError" ? "full" : "failed", error);
    }
    this.#changed();
    return "kept";
  }

  /** Send what waits, oldest first. Resolves when nothing more can be done now; never rejects. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushing ??= this.#alone()
      .catch(() => false)
      .then((done) => {
        this.#flushing = null;
        this.#again(done);
      });
    return this.#flushing;
  }

  /** How many entries are on the device, refused ones included. */
  async size() {
    return (await this.#store.all()).length;
  }

  /** When the oldest entry was put, as ISO text; null where the queue is empty. */
  async oldest() {
    return (await this.#store.all())[0]?.put ?? null;
  }

  /** Copies of all entries, oldest first. */
  all() {
    return this.#store.all();
  }

  /** What `onChange` tells. `reached`: whether the last try found the server; null before the first. */
  async standing() {
    const entries = await this.#store.all();
    const refused = entries.filter((entry) => entry.state === "refused").length;
    return {
      size: entries.length,
      waiting: entries.length - refused,
      refused,
      oldest: entries[0]?.put ?? null,
      reached: this.#reached,
      persisted: this.#persisted,
    };
  }

  /** Let refused entries wait again: for after the office has put right what stood in the way. */
  async retryRefused() {
    for (const entry of await this.#store.all()) {
      if (entry.state === "refused") await this.#store.change(entry.number, { state: "waiting", tries: 0 });
    }
    this.#changed();
    return this.flush();
  }

  /** Call `listener` with the standing now and at every change, in whichever tab; gives the way to stop it. */
  onChange(listener) {
    this.#listeners.add(listener);
    this.standing().then(listener, () => {});
    return () => this.#listeners.delete(listener);
  }

  // Two tabs must not send at once: it would be harmless and wasteful. Where there are no locks, it may happen.
  #alone() {
    if (!navigator.locks) return this.#sendAll();
    return navigator.locks.request(CHANNEL, { ifAvailable: true }, (lock) => (lock ? this.#sendAll() : false));
  }

  /** True when nothing waits any more. */
  async #sendAll() {
    const tried = new Set();
    let troubles = 0;
    for (;;) {
      const waiting = (await this.#store.all()).filter((entry) => entry.state === "waiting");
      // An entry that the server stumbles over must not hold up the others: it goes to the end.
      const untried = waiting.filter((entry) => !tried.has(entry.number)).sort((a, b) => a.tries - b.tries);
      if (untried.length === 0) return waiting.length === 0;
      for (const entry of untried) {
        tried.add(entry.number);
        const reply = await send(entry);
        await this.#settle(entry, reply);
        troubles = reply.result === "trouble" ? troubles + 1 : 0;
        if (reply.result === "absent" || troubles === TROUBLES_IN_A_ROW) return false;
      }
    }
  }

  async #settle(entry, reply) {
    this.#reached = reply.result !== "absent";
    if (reply.result === "arrived") {
      await this.#store.remove(entry.number);
      this.#pause = FIRST_PAUSE;
    } else if (reply.result === "refused") {
      const { status, problem } = reply;
      await this.#store.change(entry.number, { state: "refused", status, problem });
    } else if (reply.result === "trouble") {
      await this.#store.change(entry.number, { tries: entry.tries + 1, status: reply.status });
    }
    this.#changed();
  }

  #again(done) {
    if (done) {
      this.#pause = FIRST_PAUSE;
      return;
    }
    // A little chance, so that the tablets of a province do not all come at the same second.
    this.#soon(this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  #soon(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), delay);
  }

  #changed() {
    this.#channel?.postMessage("changed");
    this.#tell();
  }

  // One reading of the store at a time, and one more where something changed meanwhile.
  async #tell() {
    if (this.#listeners.size === 0) return;
    if (this.#telling) {
      this.#stale = true;
      return;
    }
    this.#telling = true;
    try {
      do {
        this.#stale = false;
        const standing = await this.standing();
        this.#listeners.forEach((listener) => listener(standing));
      } while (this.#stale);
    } catch {
      // The store is gone for a moment; the next change tells again.
    } finally {
      this.#telling = false;
    }
  }
}
