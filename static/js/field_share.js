// [data-share=user name] stands on the page while the position is shared: an order is under way, in the hours of the shift.
// The phone notes where it is, once a minute.
import { place } from "./field_place.js";
import { fact, keepFact, person } from "./field_store.js";
import { send } from "./field_sync.js";
import { note } from "./field_track.js";

const EVERY_MS = 60_000;
const LOOK_EVERY_MS = 15_000;
const SHARED = ["en_route", "on_site", "in_progress"];
let isLooking = false;

async function look(line) {
  const now = Date.now() + ((await fact("skew_ms")) ?? 0);
  const isUnderWay = [...document.querySelectorAll("[data-status-of]")].some(({ dataset }) => SHARED.includes(dataset.status));
  line.hidden = !isUnderWay || !JSON.parse(line.dataset.hours).some(([from, to]) => Date.parse(from) <= now && now < Date.parse(to));
  if (line.hidden || document.hidden || Math.abs(now - ((await fact("noted_at")) ?? 0)) < EVERY_MS - 1000) return;
  await keepFact("noted_at", now);
  const found = await place({ maxAgeMs: 0 });
  const words = line.lastElementChild;
  line.dataset.said ??= words.textContent;
  words.textContent = found ? line.dataset.said : line.dataset.denied;
  line.classList.toggle("warning", !found);
  if (found && (await note(line.dataset.share, [new Date(now).toISOString(), found.lat, found.lon, found.accuracy_m]))) send();
}

async function lookOnce() {
  const line = document.querySelector("[data-share]");
  if (!line || isLooking || !person()) return;
  isLooking = true;
  await look(line).catch(console.warn);
  isLooking = false;
}

for (const change of ["field:queue", "field:page", "htmx:load"]) document.addEventListener(change, lookOnce);
setInterval(lookOnce, LOOK_EVERY_MS);
lookOnce();
