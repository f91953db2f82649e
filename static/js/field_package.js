// Today's work for the road: fetched when the app starts, comes into sight or goes online, and every few minutes.
import { forgetDone } from "./field_queue.js";
import { keepMedia } from "./field_media.js";
import { isShell } from "./field_shell.js";
import { fact, person, readAll, write } from "./field_store.js";

const EVERY_MS = 4 * 60_000;
const AT_MOST_EVERY_MS = 20_000;
const QUIET_MS = 5000;
let askedAt = 0;
let timer;

// The worker shows no kept page for a slow one while these still speak the language before.
const tellWorker = (word) => navigator.serviceWorker?.controller?.postMessage(word);

export async function refreshPackage({ now = false } = {}) {
  if (!person() || (!now && Date.now() - askedAt < AT_MOST_EVERY_MS)) return;
  const at = (askedAt = Date.now());
  const known = (await readAll("pages")).map(({ url, version }) => `${url}:${version}`).join(",");
  const isSame = (await fact("language")) === document.documentElement.lang.toLowerCase();
  if (!isSame && !isShell()) tellWorker("switching");
  const has = new URLSearchParams(isSame ? { known, stamp: (known && (await fact("stamp"))) || "" } : {});
  const answer = await fetch(`/field/work/?${has}`, {
    headers: { Accept: "application/json" },
    cache: "no-store",
    redirect: "error",
  });
  if (!answer.ok) return;
  const work = await answer.json();
  if (String(work.user?.id) !== person()) return;
  if (work.is_unchanged) return forgetDone(() => true, at);
  const listed = new Set(work.pages.map(({ url }) => url));
  await write(["pages"], async (pages) => {
    for (const url of await pages.getAllKeys()) if (!listed.has(url)) await pages.delete(url);
    for (const page of work.pages) if (page.html !== undefined) await pages.put(page);
  });
  await write(["facts"], async (facts) => {
    await facts.put({ name: "orders", value: work.orders });
    await facts.put({ name: "leads", value: work.leads });
    await facts.put({ name: "shifts", value: work.shifts });
    await facts.put({ name: "language", value: work.language });
    await facts.put({ name: "packed_at", value: work.at });
    await facts.put({ name: "stamp", value: work.stamp });
  });
  tellWorker("switched");
  document.dispatchEvent(new Event("field:work"));
  await forgetDone(() => true, at); // the pages have it now
  await keepMedia(Object.assign({}, ...work.pages.map(({ files }) => files)));
}

const quietly = () => refreshPackage().catch(() => {}); // without a connection the old one stays
quietly();
addEventListener("online", quietly);
document.addEventListener("submit", ({ target }) => target.matches("[data-language]") && tellWorker("switching"));
document.addEventListener("visibilitychange", () => document.hidden || quietly());
setInterval(quietly, EVERY_MS);
// What was done has arrived: when no more of it comes, the pages are fetched as they are now.
document.addEventListener("field:queue", ({ detail: { result } }) => {
  if (!result) return;
  clearTimeout(timer);
  timer = setTimeout(() => refreshPackage({ now: true }).catch(() => {}), QUIET_MS);
});
