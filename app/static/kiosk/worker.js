// The service worker of the kiosk: it keeps the pages and what they load, so that a tablet opens without a network.
//
// Served as /k/sw.js, with `RELEASE` (hash of all assets), `ASSETS` (path to stamp), `PAGES` and `UNREACHABLE` (the
// page for an address that was never kept) written in front by app/respond/kiosk/worker.py. All that one page loads
// is of one release: a page of another release is not mixed with ours, and waits until the kiosk takes up the new
// worker, which it does between two citizens.

const PREFIX = "hailong-kiosk-";
const CACHE = PREFIX + RELEASE;
const PATIENCE = 3_000; // ms that a page may take, where there is a kept one
const GONE = new Set([403, 404, 410]);

// Pages that came from another release, because nothing else was there: their assets come from the network too.
const strangers = new Set();

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  if (event.data === "take up") skipWaiting();
  if (event.data === "keep") event.waitUntil(keep(event.source.url).then((kept) => event.ports[0].postMessage(kept)));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request, address, event));
  } else if (address.pathname in ASSETS && !strangers.has(event.clientId)) {
    event.respondWith(asset(request, address));
  }
});

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    Object.entries(ASSETS).map(async ([path, stamp]) => {
      const reply = await fetch(`${path}?v=${stamp}`, { cache: "no-cache" });
      if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
      await cache.put(path, reply);
    }),
  );
  // Keep the page that is open, which came before us, and every page that the last release kept.
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const paths = new Set([...PAGES, ...open.map(({ url }) => new URL(url).pathname)]);
  for (const name of await others()) {
    for (const { url } of await (await caches.open(name)).keys()) paths.add(new URL(url).pathname);
  }
  const ours = [...paths].filter((path) => path.startsWith(new URL(registration.scope).pathname));
  // A page that is closed by now is not kept, and no reason to stay with the old release.
  await Promise.all(ours.map((path) => fetchPage(path, cache, path)));
}

async function activate() {
  for (const name of await others()) await caches.delete(name);
  await clients.claim();
}

/** A page that was on its way while we were installed is neither kept nor ours; make it both. */
async function keep(url) {
  const cache = await caches.open(CACHE);
  const { pathname } = new URL(url);
  if (!(await cache.match(pathname))) await fetchPage(pathname, cache, pathname).catch(() => null);
  await clients.claim();
  return (await cache.match(pathname)) !== undefined;
}

async function others() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

/** A page: from the network if it comes soon, else the kept one. */
async function page(request, { pathname }, event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(pathname);
  const coming = fetchPage(request.url, cache, pathname).catch(() => null);
  // One that comes too late for this time is kept for the next.
  event.waitUntil(coming);
  const reply = kept ? await Promise.race([coming, pause(PATIENCE)]) : await coming;
  // No reply, a guest network's sign-in page, or a proxy that excuses our server.
  if (!reply || !isOurs(reply)) return kept ?? (reply?.type === "opaqueredirect" ? reply : unreachable());
  if (isOurRelease(reply) || GONE.has(reply.status)) return reply;
  if (kept) return kept;
  if (reply.ok) strangers.add(event.resultingClientId);
  return reply;
}

async function fetchPage(url, cache, path) {
  const reply = await fetch(url, { cache: "no-cache", credentials: "omit", redirect: "manual" });
  if (isOurRelease(reply)) await cache.put(path, reply.clone());
  if (isOurs(reply) && GONE.has(reply.status)) await cache.delete(path);
  return reply;
}

/** A file of ours: the kept one, unless the page wants that of another release. */
async function asset(request, { pathname, searchParams }) {
  const wanted = searchParams.get("v");
  const kept = wanted === null || wanted === ASSETS[pathname] ? await caches.match(pathname, { cacheName: CACHE }) : null;
  return kept ?? fetch(request);
}

function isOurs(reply) {
  return reply.headers.has("Hailong-Release");
}

/** A page that all we keep fits to. */
function isOurRelease(reply) {
  const isPage = reply.headers.get("Content-Type")?.startsWith("text/html");
  return reply.ok && isPage && reply.headers.get("Hailong-Release") === RELEASE;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, null));
}

function unreachable() {
  return new Response(UNREACHABLE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
