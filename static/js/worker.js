// The service worker of /field/. It keeps the page without data and what that loads – never a page about anybody.
// self.KEPT = {version, shell, assets}: the server writes it above this program.
const PATIENCE_MS = 2500;
const PREFIX = "field-";
const { version, shell, assets } = self.KEPT;
const NAME = PREFIX + version;
let isSwitching = false; // of language, until the kept pages speak the new one

// All or nothing: when one file is missing, this worker is not installed and the one before stays.
async function keep() {
  const cache = await caches.open(NAME);
  try {
    await cache.addAll([shell, ...assets].map((url) => new Request(url, { cache: "no-cache" })));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

const kept = async (url) => (await caches.open(NAME)).match(url);

// The network has the first word; when it is silent, fails or stammers, the shell shows what the phone has. A slow
// answer in the language just chosen is worth waiting for: without a connection a page in the other one is better than none.
async function page(request) {
  const network = fetch(request);
  const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    const answer = await (isSwitching ? network : Promise.race([network, silence]));
    if (answer && answer.status < 500) return answer;
    return (await kept(shell)) ?? (await network);
  } catch (error) {
    return (await kept(shell)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
  else isSwitching = data === "switching";
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (assets.includes(url.pathname)) event.respondWith(kept(url.pathname).then((found) => found ?? fetch(request)));
});
// Where the browser has it: the network is back while no page is open. Pages that are open send by themselves.
self.addEventListener("sync", (event) => {
  event.waitUntil(self.clients.matchAll().then((pages) => pages.forEach((each) => each.postMessage("send"))));
});
