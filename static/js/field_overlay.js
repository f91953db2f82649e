// Lays what waits on this phone over a page, wherever the page came from: status, answers, pictures, signature.
import { alive, fetchPage } from "./field_part.js";
import { forgetDone } from "./field_queue.js";
import { operations, read } from "./field_store.js";
import { showProblems } from "./field_problems.js";

const NEXT = { assigned: "accept", accepted: "depart", en_route: "arrive", on_site: "start", paused: "resume" };
const TONE = { assigned: "waits", paused: "waits", completed: "done", closed: "done", accepted: "", cancelled: "", gone: "" };
const laid = new WeakMap(); // element → ids of the operations that lie over it already

export const orderOnPage = () => document.getElementById("order");
const labels = () => JSON.parse(document.querySelector("[data-labels]")?.dataset.labels ?? "{}");
const fits = (element, states) => element.dataset.as.split(" ").some((each) => states.includes(each));
const hideBy = (root, state) => root.querySelectorAll(":scope [data-as]").forEach((each) => (each.hidden = !fits(each, [state])));

function showStatus(root, number, status) {
  for (const chip of root.querySelectorAll(`[data-status-of="${CSS.escape(number)}"]`)) {
    chip.textContent = labels()[status] ?? chip.textContent;
    chip.className = `field-status ${TONE[status] ?? "live"}`;
    chip.dataset.status = status;
  }
}

// A step of the checklist: answered, read (answered, not to be changed now), open or locked.
function showStep(step, state) {
  step.className = `field-step ${state}`;
  hideBy(step, state);
  const form = step.querySelector("[data-form]");
  form.hidden = state === "read" || state === "locked";
  const details = step.querySelector("details");
  if (state === "answered") details.append(form);
  else if (details.contains(form)) details.after(form);
}

// What follows from status and answers: which steps are asked and open, what comes next, what is to be seen.
export function goOn(order) {
  const { status } = order.dataset;
  const mayAnswer = status === "in_progress";
  const steps = [...order.querySelectorAll("[data-step]")];
  let isOpen = true;
  let missing;
  for (const step of steps) {
    const { whenStep, whenIs } = step.dataset;
    const earlier = whenStep && steps.find((each) => each.dataset.step === whenStep);
    step.hidden = Boolean(earlier) && (earlier.hidden || !JSON.parse(whenIs).some((value) => JSON.stringify(value) === earlier.dataset.value));
    if (step.hidden) continue;
    const isAnswered = "answered" in step.dataset;
    showStep(step, isAnswered ? (mayAnswer ? "answered" : "read") : isOpen && mayAnswer ? "open" : "locked");
    if ("required" in step.dataset && !isAnswered) {
      isOpen = false;
      missing ??= step;
    }
  }
  const asked = steps.filter((step) => !step.hidden);
  const counter = order.querySelector("[data-counter]");
  if (counter) counter.textContent = `${asked.filter((step) => "answered" in step.dataset).length}/${asked.length}`;
  const fault = order.querySelector("[data-asked]:not([data-chosen])"); // a promise or a fault code
  const next = mayAnswer ? (missing ? "checklist" : fault ? "faults" : "signed" in order.dataset ? "complete" : "sign") : (NEXT[status] ?? "");
  const button = order.querySelector("[data-next]");
  const place = missing ?? fault;
  if (place && button) {
    button.hash = place.id;
    button.querySelector("span").textContent = button.dataset.next.replace("%s", place.dataset.title);
  }
  for (const each of order.querySelectorAll("[data-when]")) {
    each.hidden = !each.dataset.when.split(" ").some((moment) => moment === status || moment === next);
  }
  const work = order.querySelector("[data-work]");
  if (mayAnswer && work) order.querySelector("[data-wrong]")?.before(work);
}

function setStatus(order, status, at) {
  order.dataset.status = status === "gone" ? "cancelled" : status;
  showStatus(order, order.dataset.number, status);
  const stages = [...order.querySelectorAll("[data-stage]")];
  const here = stages.findIndex((stage) => stage.dataset.stage === status);
  if (here < 0) return;
  stages.forEach((stage, n) => {
    const state = n < here || status === "completed" ? (n <= here ? "done" : "todo") : n === here ? "current" : "todo";
    if (n > here) return;
    stage.className = state;
    hideBy(stage, state);
    const time = stage.querySelector("small");
    if (n === here && !time.textContent) time.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  });
}

async function layPictures(tiles, entry) {
  for (const id of entry.files) {
    const file = await read("files", id);
    if (!file?.blob || !tiles || file.blob.type.startsWith("audio")) continue;
    const tile = Object.assign(document.createElement("figure"), { className: "field-tile waits" });
    const kind = file.blob.type.startsWith("video") ? "video" : "img";
    const picture = Object.assign(document.createElement(kind), { src: URL.createObjectURL(file.blob) });
    if (kind === "img") picture.alt = entry.local.label;
    tile.append(picture);
    tiles.append(tile);
  }
}

function layFaults(order, codes) {
  for (const [kind, code] of Object.entries(codes)) {
    const form = order.querySelector(`[data-fault="${CSS.escape(kind)}"]`);
    if (!form) continue;
    form.dataset.chosen = "";
    form.querySelector("details").open = false;
    for (const button of form.querySelectorAll("button")) {
      button.classList.toggle("chosen", button.value === code);
      if (button.value === code) form.querySelector("[data-shown]").textContent = `: ${button.textContent}`;
    }
  }
}

function layPromise(order, { promise, is_kept: answer }) {
  const form = order.querySelector(`[data-promise="${CSS.escape(promise)}"]`);
  if (!form) return;
  form.dataset.chosen = "";
  for (const button of form.querySelectorAll("button")) button.classList.toggle("chosen", button.value === answer);
}

async function layFinding(order, entry) {
  const row = order.querySelector("[data-findings] template");
  if (!row) return;
  const { severity, words } = entry.operation.body;
  const fresh = row.content.firstElementChild.cloneNode(true);
  const choice = order.querySelector(`#finding input[value="${CSS.escape(severity)}"]`);
  fresh.querySelector("[data-severity]").textContent = choice?.labels[0].textContent.trim() ?? severity;
  fresh.querySelector("[data-words]").textContent = words;
  row.before(fresh);
  await layPictures(fresh.querySelector("[data-captures]"), entry);
}

async function lay(order, entry) {
  const { local, operation } = entry;
  const at = new Date(operation.client_time);
  if (local.leadsTo) setStatus(order, local.leadsTo, at);
  if (operation.kind === "orders/answer") {
    const step = order.querySelector(`[data-step="${CSS.escape(operation.body.step)}"]`);
    if (!step) return;
    step.dataset.answered = "";
    step.dataset.value = JSON.stringify(local.value ?? null);
    delete step.dataset.answer; // what the server's answer is now is not known here
    step.querySelectorAll("[data-shown]").forEach((each) => (each.textContent = local.shown ?? ""));
    const tiles = step.querySelector(":scope > [data-captures]");
    tiles?.replaceChildren();
    await layPictures(tiles, entry);
    step.querySelector("[data-form] [data-tiles]")?.replaceChildren();
    step.querySelector("details").open = false;
  } else if (operation.kind === "orders/sign") order.dataset.signed = "";
  else if (operation.kind === "orders/choose-fault-codes") layFaults(order, operation.body);
  else if (operation.kind === "orders/answer-promise") layPromise(order, operation.body);
  else if (operation.kind === "orders/add-finding") await layFinding(order, entry);
  else if (/^(leads|reviews)\//.test(operation.kind)) {
    const place = order.querySelector(`[data-document="${CSS.escape(operation.body.step ?? "")}"]`) ?? order;
    place.querySelectorAll(`[data-until="${operation.kind}"]`).forEach((each) => (each.hidden = true));
    place.querySelectorAll(`[data-after="${operation.kind}"]`).forEach((each) => (each.hidden = false));
    await layPictures(place.querySelector("[data-captures]"), entry);
  } else if (operation.kind === "orders/add-photos") {
    await layPictures(order.querySelector("[data-work] > section > [data-captures]"), entry);
    order.querySelector("[data-work] > section > form [data-tiles]")?.replaceChildren();
  }
}

// Parts that somebody has just asked for, on the page about what is missing.
function layAsked(entries) {
  const asks = ({ state, operation }) => operation.kind === "orders/request-parts" && ["waiting", "done"].includes(state);
  const asked = new Set(entries.filter(asks).map(({ operation }) => operation.body.part));
  for (const row of document.querySelectorAll("[data-part]")) {
    const isAsked = asked.has(row.dataset.part);
    row.querySelectorAll("[data-until]").forEach((each) => (each.hidden = isAsked));
    row.querySelectorAll("[data-after]").forEach((each) => (each.hidden = !isAsked));
  }
}

// Everything that waits, over the page that is open.
export async function layAll() {
  const entries = await operations();
  for (const { operation, local, state } of entries) {
    const isLaid = ["waiting", "done"].includes(state) && local.leadsTo;
    if (isLaid && !orderOnPage()) showStatus(document, operation.subject, local.leadsTo);
  }
  layAsked(entries);
  const order = orderOnPage();
  if (!order) return;
  const own = entries.filter(({ operation }) => operation.subject === order.dataset.number);
  const ids = laid.get(order) ?? new Set();
  laid.set(order, ids);
  const fresh = own.filter(({ id, state }) => ["waiting", "done"].includes(state) && !ids.has(id));
  for (const { id } of fresh) ids.add(id);
  for (const entry of fresh) await lay(order, entry);
  if (fresh.length) goOn(order);
  const line = order.querySelector("[data-saved]");
  if (line) line.hidden = !own.some(({ state }) => state === "waiting");
  showProblems(order, own);
}

// The order anew: as the server has it, or as this phone last saw it; what waits lies over it.
export async function redraw({ fresh = true, isAsked = true, sent } = {}) {
  const url = location.pathname;
  const at = Date.now();
  const sheets = new Set(document.querySelectorAll("dialog[open]"));
  let page;
  try {
    if (fresh) page = await fetchPage(url);
  } catch {
    // as it was
  }
  if ((!isAsked && (isWriting() || hasTyped())) || (sent && hasTyped(sent))) return false;
  // somebody went on while the page was on its way: it stays under the sheet that was opened
  if ([...document.querySelectorAll("dialog[open]")].some((sheet) => !sheets.has(sheet))) return false;
  if (page) await forgetDone((subject) => url.includes(`/${subject}/`), at);
  page ??= await read("pages", url);
  const order = orderOnPage();
  if (!page || !order) return false;
  const inside = document.createElement("template");
  inside.innerHTML = page.html;
  const anew = inside.content.getElementById("order");
  if (!anew) return false;
  document.querySelectorAll("dialog[open]").forEach((each) => each.close());
  order.replaceWith(anew);
  alive(anew);
  document.querySelector("[data-changed]")?.remove();
  await layAll();
  return true;
}

// Something stands in a field of another form than the one just sent, or is drawn there: it must not be lost.
export const hasTyped = (sent) =>
  [...orderOnPage().querySelectorAll("input:not([type=hidden], [type=file]), [data-drawn], textarea")].some((field) => field.form !== sent && (field.value !== ("drawn" in field.dataset ? "" : field.defaultValue) || field.checked !== field.defaultChecked));

const isWriting = () =>
  document.querySelector("dialog[open]") !== null || [...document.forms].some((form) => form.isBusy || form.querySelector("[data-tiles] > *"))
  || document.activeElement?.matches("#order input:not([type=hidden]), #order textarea");

// An answer has come for something that was done a while ago: show how it stands, unless somebody is writing.
async function heard({ detail: { id, result } }) {
  if (document.documentElement.dataset.waitsFor === id || !result) return layAll();
  const isHere = orderOnPage() && (await operations()).every(({ state, operation }) => state !== "waiting" || operation.subject !== orderOnPage().dataset.number);
  if (!(isHere && !isWriting() && (await redraw({ isAsked: false })))) await layAll();
}

document.addEventListener("field:queue", (event) => void heard(event).catch(() => {}));
document.addEventListener("field:page", () => void layAll());
if (!document.querySelector("meta[name=shell]")) layAll().catch(() => {});

