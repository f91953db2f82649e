// The app around the pages: the service worker, its updates (offered when nothing waits and no form is open), WeChat's hint.
import { onPage } from "./on_page.js";
import { pendingCount } from "./field_store.js";

const LOOK_EVERY_MS = 15 * 60_000;
let waiting = null;

const isWriting = () => document.querySelector("dialog[open]") !== null || [...document.forms].some((form) => form.isTouched);

async function offer() {
  const line = document.querySelector("[data-update]");
  if (line) line.hidden = !waiting || isWriting() || (await pendingCount()) > 0;
}

async function start() {
  const worker = document.querySelector("meta[name=phone]")?.dataset.worker;
  if (!worker || !("serviceWorker" in navigator)) return;
  const known = await navigator.serviceWorker.register(worker, { scope: "/field/" });
  const look = () => {
    waiting = known.active && known.waiting; // the very first one waits for a moment, too, and replaces nothing
    offer();
  };
  look();
  known.addEventListener("updatefound", () => known.installing?.addEventListener("statechange", look));
  setInterval(() => known.update().catch(() => {}), LOOK_EVERY_MS);
  setInterval(look, 5000);
}

document.addEventListener("input", ({ target }) => target.form && (target.form.isTouched = true));
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-take-over]") || !waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take over");
});
onPage("[data-wechat]", (line) => (line.hidden = !/MicroMessenger/i.test(navigator.userAgent)));
// without it the pages work as long as there is a connection; what it fetches must not hold up the first look
addEventListener("load", () => setTimeout(() => start().catch(() => {}), 500));
