// The till without network: its page, and what that loads, are kept for the day when there is none. Nothing of anybody
// is kept: the page is drawn for nobody, and calls of the API pass by.
const name = "till-1";
const page = "/till/without-network";
const patienceMs = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(goTo(request, address));
  else if (/\.(js|css|svg)$/.test(address.pathname)) event.respondWith(file(request, address));
});

/** The page in the reader's language and all that it names; what another version named goes. */
async function keep(language) {
  const answer = await fetch(`${page}?language=${language}`, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) return;
  const text = await answer.clone().text();
  const named = new Set([...text.matchAll(/="(\/[^"]+\.(?:js|css|svg)(?:\?v=\w+)?)"/g)].map((found) => found[1]));
  const cache = await caches.open(name);
  // The reader of pictures is large: it is kept when a camera has asked for it.
  for (const file of named)
    if (!file.includes("/jsqr/") && !(file.includes("?v=") && (await cache.match(file)))) await cache.add(file);
  await cache.put(page, answer);
  for (const request of await cache.keys()) {
    const address = new URL(request.url);
    if (address.pathname !== page && !named.has(address.pathname + address.search)) await cache.delete(request);
  }
}

async function goTo(request, address) {
  const cache = await caches.open(name);
  const kept = await cache.match(page);
  if (!kept) return fetch(request);
  try {
    return await inTime(fetch(request));
  } catch {
    return address.pathname === "/till" ? kept : Response.redirect("/till");
  }
}

async function file(request, address) {
  const cache = await caches.open(name);
  const kept = await cache.match(request);
  // An address with its content's hash never says anything else.
  if (kept && address.search) return kept;
  try {
    const answer = await (kept ? inTime(fetch(request)) : fetch(request));
    if (answer.ok && address.pathname.includes("/jsqr/")) await cache.put(request, answer.clone());
    return answer;
  } catch (gone) {
    if (kept) return kept;
    throw gone;
  }
}

/** A network that says nothing is none. */
function inTime(answer) {
  return Promise.race([
    answer,
    new Promise((_, late) => setTimeout(() => late(new Error("late")), patienceMs)),
  ]);
}
