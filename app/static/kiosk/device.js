// What this tablet knows of itself: its token and settings, in the browser's storage and in no address.

const KEY = "hailong-kiosk";

/** {token, state, open, collector, name, language, idle_seconds, exit_code}, or null where nothing is paired. */
export function readDevice() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept?.token && kept.collector ? kept : null;
  } catch {
    return null;
  }
}

/** Keep it; false where the browser keeps nothing. */
export function keepDevice(device) {
  try {
    localStorage.setItem(KEY, JSON.stringify(device));
    return readDevice()?.token === device.token;
  } catch {
    return false;
  }
}

export async function forgetDevice() {
  localStorage.removeItem(KEY);
  await safely((store) => store.delete(KEY));
}

// A browser writes `localStorage` to the disk seconds later: a tablet that dies right after its pairing would not know
// itself any more. So the pairing is also kept where a write is on the disk when it is said to be done.
const DATABASE = "hailong-device";

function safely(work) {
  return new Promise((resolve) => {
    if (!globalThis.indexedDB) return resolve(null);
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(DATABASE);
    asked.onerror = () => resolve(null);
    asked.onsuccess = () => {
      const transaction = asked.result.transaction(DATABASE, "readwrite", { durability: "strict" });
      const done = work(transaction.objectStore(DATABASE));
      transaction.oncomplete = () => (asked.result.close(), resolve(done.result ?? null));
      transaction.onabort = () => (asked.result.close(), resolve(null));
    };
  });
}

/** Keep a pairing for good; resolves when it is on the disk, or cannot be. */
export const keepForGood = (device) => safely((store) => store.put(device, KEY));

/** The device as `readDevice` has it, else as it was paired. */
export async function recallDevice() {
  const kept = readDevice();
  if (kept) return kept;
  const paired = await safely((store) => store.get(KEY));
  return paired?.token && keepDevice(paired) ? paired : null;
}

/** Send JSON; {status, said}, where `said` is null unless our server answered. Rejects where nobody did. */
export async function tell(address, said) {
  const reply = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Language": document.documentElement.lang },
    body: JSON.stringify(said),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout?.(20_000),
  });
  const ours = reply.headers.get("Content-Type")?.startsWith("application/json");
  return { status: reply.status, said: ours ? await reply.json() : null };
}

/**
 * Tell the server how many answers wait here, and keep what it says of this device. Gives the device as it is
 * known now, `heard` true where the server answered.
 */
export async function beat(address, device, { size, oldest }) {
  try {
    const { status, said } = await tell(address, { token: device.token, queue: size, oldest });
    if (status !== 200 || !said) return { device, heard: false };
    // A token that nobody knows any more: another tablet was paired in this one's place.
    const now = said.state === "unknown" ? { ...device, state: "revoked" } : { ...device, ...said };
    keepDevice(now);
    return { device: now, heard: true };
  } catch {
    return { device, heard: false };
  }
}
