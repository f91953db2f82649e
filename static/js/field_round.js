// A prospector's day: what waits on this phone, laid over the round; and what is looked at before a visit or a new shop is
// written down: whether the phone is at the shop, whether the shop is known already. form.check throws {sentence, field}.
import { onPage } from "./on_page.js";
import { dropFile } from "./field_capture.js";
import { fact, operations } from "./field_store.js";
import { connection } from "./field_sync.js";

const ROAD = 1.35; // as prospecting/rounds.py
const WALKED_M = 1200;
const WALK_KMH = 4.8;
const RIDE_KMH = 15;
const NEAR_M = 50; // as prospecting/doubles.py
const SIMILAR = 0.6;
const PATIENCE_MS = 2500;
const laid = new WeakMap(); // round → ids of the operations that lie over it

const metres = ([lat, lon], [otherLat, otherLon]) =>
  Math.hypot(lat - otherLat, (lon - otherLon) * Math.cos((lat * Math.PI) / 180)) * 111_195;
const placeOf = ({ dataset: { lat, lon } }) => (lat ? [Number(lat), Number(lon)] : null);
const filled = (sentence, ...words) => words.reduce((text, word) => text.replace("%s", word), sentence);

function showLegs(round) {
  let here = placeOf(round);
  for (const call of round.querySelectorAll("[data-call]")) {
    const there = placeOf(call);
    const line = call.querySelector(".field-leg");
    line.hidden = !here || !there;
    if (!there) continue;
    const far = here ? metres(here, there) * ROAD : 0;
    const minutes = (kmh) => Math.max(1, Math.round((far * 0.06) / kmh));
    line.querySelector("span").textContent =
      far <= WALKED_M ? filled(round.dataset.onFoot, Math.round(far / 10) * 10, minutes(WALK_KMH)) : filled(round.dataset.byBike, (far / 1000).toFixed(1), minutes(RIDE_KMH));
    here = there;
  }
}

function showVisited(round, { name, number, at }) {
  const part = round.querySelector("[data-visited]");
  const list = part.querySelector("ul");
  if (number && list.querySelector(`[data-lead="${CSS.escape(number)}"]`)) return;
  const row = round.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
  row.dataset.lead = number ?? "";
  if (number) row.firstElementChild.href = `/field/leads/${number}/`;
  row.querySelector("[data-name]").textContent = name;
  row.querySelector("[data-time]").textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  list.prepend(row);
  part.hidden = false;
  part.querySelector("[data-count]").textContent = list.children.length;
}

function tickOff(round, call) {
  for (const number of call.dataset.tasks.split(" ").filter(Boolean)) {
    const task = round.querySelector(`[data-task="${CSS.escape(number)}"]`);
    if (!task) continue;
    const bar = task.querySelector("progress");
    bar.value += 1;
    const line = task.querySelector("[data-said]");
    line.textContent = filled(line.dataset.said, bar.value);
  }
}

function lay(round, { operation, local, result }) {
  const { kind, subject, body } = operation;
  const at = new Date(operation.client_time);
  if (kind === "people/note-lead") return showVisited(round, { name: body.name, number: result?.lead, at });
  const call = round.querySelector(`[data-call="${CSS.escape(subject)}"]`);
  if (kind === "leads/visit") {
    if (call) tickOff(round, call);
    if (call && placeOf(call)) Object.assign(round.dataset, { lat: call.dataset.lat, lon: call.dataset.lon });
    showVisited(round, { name: call?.dataset.name ?? local.title, number: subject, at });
    call?.remove();
  } else if (kind === "leads/put-off" && call) {
    if (body.until === "later") call.parentElement.append(call);
    else call.remove();
  }
}

async function layRound() {
  const round = document.getElementById("round");
  if (!round) return;
  const entries = (await operations()).filter(({ state, operation }) => ["waiting", "done"].includes(state) && /^(leads|people)\//.test(operation.kind));
  round.querySelector("[data-saved]").hidden = !entries.some(({ state, operation }) => state === "waiting" && operation.kind !== "people/position");
  const ids = laid.get(round) ?? new Set();
  laid.set(round, ids);
  const fresh = entries.filter(({ id }) => !ids.has(id));
  for (const entry of fresh) {
    ids.add(entry.id);
    lay(round, entry);
  }
  if (!fresh.length) return;
  showLegs(round);
  const left = round.querySelectorAll("[data-call]").length;
  round.querySelector("#calls [data-count]").textContent = left;
  round.querySelector("[data-empty]").hidden = left > 0;
}

const quietly = () => layRound().catch(() => {});
document.addEventListener("field:page", quietly);
document.addEventListener("field:queue", ({ detail: { result } }) => {
  quietly();
  if (result) document.getElementById("round")?.closest("[data-fresh]")?.dispatchEvent(new Event("fresh"));
});
if (!document.querySelector("meta[name=shell]")) quietly();

// data-fence="metres, most metres of accuracy, latitude, longitude": who is not there says why.
onPage("form[data-fence]", (form) => {
  form.check = ({ geo, body: { reason } }) => {
    if ([reason].flat().some((text) => text?.trim())) return;
    const [fence, most, ...shop] = form.dataset.fence.split(" ").map(Number);
    if (!geo) throw { sentence: form.dataset.nowhere, field: "reason" };
    const away = metres(shop, [geo.lat, geo.lon]);
    if (away > fence + Math.min(geo.accuracy_m, most)) throw { sentence: filled(form.dataset.outside, Math.round(away)), field: "reason" };
  };
});

const pairsOf = (name) => {
  const text = name.replace(/[\s()()·,.-]/g, "").toLowerCase();
  return new Set([...text].slice(1).map((letter, n) => text[n] + letter));
};

// 1 where one name stands whole within the other.
function likeness(one, other) {
  const [short, long] = [pairsOf(one), pairsOf(other)].sort((a, b) => a.size - b.size);
  return short.size ? [...short].filter((pair) => long.has(pair)).length / short.size : 0;
}

async function doubles({ body, geo }) {
  const about = new URLSearchParams({ name: body.name, phone: body.phone ?? "", ...(geo && { lat: geo.lat, lon: geo.lon }) });
  if (connection.isUp) {
    try {
      const answer = await fetch(`/field/leads/doubles/?${about}`, { headers: { Accept: "application/json" }, redirect: "error", signal: AbortSignal.timeout?.(PATIENCE_MS) });
      if (answer.ok) return (await answer.json()).doubles;
    } catch {
      // no connection: what this phone knows
    }
  }
  const known = geo ? ((await fact("leads")) ?? []) : [];
  return known
    .map(([number, name, lat, lon]) => ({ number, name, distance_m: Math.round(metres([lat, lon], [geo.lat, geo.lon])) }))
    .filter(({ name, distance_m }) => distance_m <= NEAR_M && likeness(name, body.name) >= SIMILAR);
}

onPage("form[data-doubles]", (form) => {
  form.check = async (work) => {
    if (work.body.is_new) return;
    const found = await doubles(work);
    if (!found.length) return;
    const sheet = document.getElementById(form.dataset.ask);
    sheet.querySelector("[data-found]").replaceChildren(...found.map(({ number, name, distance_m }) => {
      const item = document.getElementById("double-item").content.firstElementChild.cloneNode(true);
      if (number) item.href = `/field/leads/${number}/`;
      item.querySelector("[data-name]").textContent = name || sheet.dataset.other;
      item.querySelector("[data-away]").textContent = distance_m === null ? "" : filled(sheet.dataset.away, distance_m);
      return item;
    }));
    throw { sentence: sheet.dataset.double, field: "is_new" };
  };
});
// It is a known one: what was taken for a new one goes.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-same]");
  if (!link) return;
  event.preventDefault();
  const form = document.querySelector("form[data-doubles]");
  for (const { id } of form.taken ?? []) await dropFile(id);
  location.assign(link.href);
});
