// [data-fresh=address] is asked for anew every data-every seconds while the page is to be seen, and at once on "fresh" and when the
// phone is taken out again. The answer takes the place of what is in it; 204: still right. Without one [data-stale] says so.
import { onPage } from "./on_page.js";
import { alive } from "./field_part.js";

const seen = () => document.querySelector("input[type=hidden][name=seen]")?.value;

function isStale(yes) {
  const line = document.querySelector("[data-stale]");
  if (line) line.hidden = !yes;
}

async function ask(part) {
  const url = new URL(part.dataset.fresh, location);
  const before = seen();
  if (before !== undefined) url.searchParams.set("seen", before);
  const answer = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (new URL(answer.url).pathname === document.body.dataset.login) return location.reload(); // the session has ended
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const html = await answer.text();
  isStale(false);
  if (answer.status === 204 || before !== seen()) return; // nothing new, or meanwhile the page itself has changed
  part.innerHTML = html;
  alive(part);
  document.dispatchEvent(new Event("field:page"));
}

onPage("[data-fresh]", (part) => {
  const quietly = () => ask(part).catch(() => isStale(true)); // no alarm every 20 seconds
  part.addEventListener("fresh", quietly);
  const timer = setInterval(() => (part.isConnected ? document.hidden || quietly() : clearInterval(timer)), part.dataset.every * 1000);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) for (const part of document.querySelectorAll("[data-fresh]")) part.dispatchEvent(new Event("fresh"));
});
