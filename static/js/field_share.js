// [data-share=user name] says that the position is shared, until when and why: in the hours of the shift, and while an order is
// under way also outside of them. The phone notes where it is twice a minute, as long as the app is to be seen.
import { place } from "./field_place.js";
import { fact, keepFact, operations, person } from "./field_store.js";
import { send } from "./field_sync.js";
import { note } from "./field_track.js";

const EVERY_MS = 30_000;
const LOOK_EVERY_MS = 10_000;
const AT_WORK = ["en_route", "on_site", "in_progress"];
let isDenied = false;
let isLooking = false;

// Each order as the server had it, as the page shows it, as this phone knows better.
async function isAtWork() {
  const statuses = new Map(((await fact("orders")) ?? []).map(({ number, status }) => [number, status]));
  for (const { dataset } of document.querySelectorAll("[data-status-of]")) statuses.set(dataset.statusOf, dataset.status);
  for (const { state, operation, local } of await operations())
    if (["waiting", "done"].includes(state) && local.leadsTo) statuses.set(operation.subject, local.leadsTo);
  return [...statuses.values()].some((status) => AT_WORK.includes(status));
}

async function why({ dataset }, now) {
  const shift = (await fact("shifts")).find(([from, to]) => Date.parse(from) <= now && now < Date.parse(to));
  if (shift) return dataset.shift.replace("%s", shift[2]);
  return (await isAtWork()) ? dataset.atWork : "";
}

function say(line, sentence) {
  line.hidden = !sentence;
  line.lastElementChild.textContent = isDenied ? line.dataset.denied : sentence;
  line.classList.toggle("warning", isDenied);
}

async function look(line) {
  if (!(await fact("shifts"))) return; // the first work to take along is still to come
  const now = Date.now() + ((await fact("skew_ms")) ?? 0);
  const sentence = await why(line, now);
  say(line, sentence);
  if (!sentence || document.hidden || Math.abs(now - ((await fact("noted_at")) ?? 0)) < EVERY_MS - 1000) return;
  await keepFact("noted_at", now);
  const found = await place({ maxAgeMs: 0 });
  isDenied = !found;
  say(line, sentence);
  if (found && (await note(line.dataset.share, [new Date(now).toISOString(), found.lat, found.lon, found.accuracy_m]))) send();
}

async function lookOnce() {
  const line = document.querySelector("[data-share]");
  if (!line || isLooking || !person()) return;
  isLooking = true;
  await look(line).catch((error) => person() && console.warn(error)); // nobody: they have just logged out
  isLooking = false;
}

for (const change of ["field:queue", "field:page", "field:work"]) document.addEventListener(change, lookOnce);
setInterval(lookOnce, LOOK_EVERY_MS);
lookOnce();
