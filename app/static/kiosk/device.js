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

export function forgetDevice() {
  localStorage.removeItem(KEY);
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
