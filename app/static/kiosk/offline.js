// Whether this device can work without a network, and when it goes over to a new release.
//
//   const offline = await prepareOffline();   // {ready: true} or {ready: false, reason: "no_https" | …}
//   if (await takeUpRelease()) return;        // on the start screen only: the page loads anew

const ASK_AGAIN = 30 * 60_000; // ms between two questions whether there is a new release

let registration = null;
let asked = Date.now();

/**
 * Install the service worker. `reason` where it cannot be: "no_https" (the browser grants workers to secure
 * addresses only), "no_worker" (it has none, or a private window), "no_storage" (nothing can be kept), "failed"
 * (the worker's files could not be fetched: next time perhaps).
 */
export async function prepareOffline() {
  const reason = await obstacle();
  if (reason) return { ready: false, reason };
  try {
    registration = await navigator.serviceWorker.register("/k/sw.js", { scope: "/k/", updateViaCache: "none" });
    await installed(registration);
  } catch {
    // Without a network `register` may fail although a worker is here already.
    registration = (await navigator.serviceWorker.getRegistration("/k/")) ?? null;
  }
  return (await isKept()) ? { ready: true, reason: null } : { ready: false, reason: "failed" };
}

/** Whether the worker has this very page, now or after it was asked to fetch it. */
function isKept() {
  if (!registration?.active) return false;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    registration.active.postMessage("keep", [port2]);
  });
}

/** Wait for the first worker to be active, or to have failed. */
async function installed({ active, installing, waiting }) {
  const first = active ? null : (waiting ?? installing);
  if (!first) return;
  await new Promise((resolve) => {
    const look = () => ["activated", "redundant"].includes(first.state) && resolve();
    first.addEventListener("statechange", look);
    look();
  });
}

async function obstacle() {
  if (!isSecureContext) return "no_https";
  if (!navigator.serviceWorker) return "no_worker";
  try {
    await new Promise((resolve, reject) => {
      const opened = indexedDB.open("hailong-try");
      opened.onsuccess = () => resolve(opened.result.close());
      opened.onerror = () => reject(opened.error);
    });
    await caches.keys();
  } catch {
    return "no_storage";
  }
  return null;
}

/** On the start screen: take up a new release if one is here. True where the page is about to load anew. */
export async function takeUpRelease() {
  if (!registration) return false;
  if (!registration.waiting) {
    if (Date.now() - asked > ASK_AGAIN) {
      asked = Date.now();
      registration.update().catch(() => {});
    }
    return false;
  }
  await new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    registration.waiting.postMessage("take up");
  });
  location.reload();
  return true;
}

/** Show the sentence for `reason` among those in the document (templates/respond/kiosk/offline.html). */
export function sayOffline({ ready, reason }) {
  for (const sentence of document.querySelectorAll("[data-no-offline]")) {
    sentence.hidden = ready || sentence.dataset.noOffline !== reason;
  }
}
