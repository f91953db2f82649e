// <form data-command> does one thing. It is written down on this phone first, then sent; the page goes on at once when no
// answer comes soon. data-place: with where the phone is. data-leads-to: the status that follows.
// form.prepare, where a module has set it, gives the files of it and may throw a sentence.
// form.check may look at what is about to be written down and throw {sentence, field}; data-missing: it needs a photo.
// data-go: the page after it. data-then: "stay" where the page is, or go on to the "next" step; otherwise to the top.
// data-ask="sheet" data-ask-for="field field": a refusal about one of them opens the sheet. data-said: spoken when it is done.
import { hasTyped, layAll, orderOnPage, redraw } from "./field_overlay.js";
import { place } from "./field_place.js";
import { answerTo, change, enqueue, pending } from "./field_queue.js";
import { open } from "./field_sheet.js";
import { connection, send } from "./field_sync.js";

const PATIENCE_MS = 2500;
const words = () => document.getElementById("said").dataset;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-command]");
  if (!form) return;
  event.preventDefault();
  if (form.isBusy) return;
  busy(form, event.submitter, true);
  complain(form, "");
  try {
    await give(form, event.submitter);
  } catch (sentence) {
    if (sentence instanceof Error) console.warn(sentence);
    complain(form, sentence instanceof Error ? words().notKept : (sentence.sentence ?? sentence), sentence.field);
  } finally {
    busy(form, event.submitter, false);
    delete document.documentElement.dataset.waitsFor;
  }
});

async function give(form, submitter) {
  const files = (await form.prepare?.()) ?? [];
  if (form.dataset.missing && !files.some(({ about }) => (about?.kind ?? "photo") === "photo")) throw form.dataset.missing;
  const work = await workOf(form, submitter, files);
  await form.check?.(work);
  const instead = form.dataset.instead;
  const entry = await enqueue({ work, files, local: localOf(form, submitter, work), instead });
  delete form.dataset.instead;
  form.taken = []; // they belong to what was written down
  form.keptFiles = [];
  document.documentElement.dataset.waitsFor = entry.id;
  const answer = connection.isUp ? answerTo(entry.id, PATIENCE_MS) : null;
  send();
  const result = await answer;
  if (result?.outcome === "refused") {
    await change(entry.id, null, { keepsFiles: true });
    form.taken = files;
    return complain(form, result.reason, result.field);
  }
  await follow(form, work, result);
}

async function workOf(form, submitter, files) {
  const { pathname } = new URL(form.action);
  const [, , things, subject, name] = pathname.split("/").map(decodeURIComponent);
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  const body = {};
  for (const name of new Set(fields.keys())) {
    if (["command", "csrfmiddlewaretoken", "captures", "file"].includes(name)) continue;
    const texts = fields.getAll(name).filter((text) => typeof text === "string");
    body[name] = texts.length > 1 ? texts : (texts[0] ?? "");
  }
  if (files.length) body.captures = files.map(({ id }) => id);
  const found = "place" in form.dataset ? await place({ maxAgeMs: 0 }) : null;
  return {
    kind: `${things}/${name}`, subject, body, base: baseOf(form),
    geo: found && { ...found, at: new Date().toISOString() },
  };
}

// What this phone knew when it was done; nothing about a step that has been answered here meanwhile.
function baseOf(form) {
  const version = orderOnPage()?.dataset.version;
  const step = form.closest("[data-step]");
  const isOwn = step && "answered" in step.dataset && !("answer" in step.dataset);
  return { ...(version && { version }), ...(step && !isOwn && { answer: step.dataset.answer ? Number(step.dataset.answer) : null }) };
}

// How the pages of this phone speak of it until the server's do.
function localOf(form, submitter, { body }) {
  const step = form.closest("[data-step]");
  const label = step?.dataset.title ?? (submitter?.getAttribute("aria-label") || submitter?.textContent.trim() || form.dataset.said);
  const unit = form.querySelector(".input-group-text")?.textContent.trim() ?? "";
  const isButton = submitter?.name === "value";
  const typed = typeof body.value === "string" ? body.value : "";
  return {
    label, leadsTo: form.dataset.leadsTo, url: location.pathname, title: document.querySelector(".field-title")?.textContent.trim() ?? "",
    shown: isButton ? submitter.textContent.trim() : [typed, typed && unit].filter(Boolean).join(" "),
    value: isButton && ["true", "false"].includes(typed) ? typed === "true" : typed || null,
  };
}

function busy(form, button, isBusy) {
  form.isBusy = isBusy;
  button?.classList.toggle("btn-loading", isBusy);
  form.setAttribute("aria-busy", String(isBusy));
}

export function complain(form, sentence, field) {
  const sheet = field && form.dataset.askFor?.split(" ").includes(field) ? document.getElementById(form.dataset.ask) : null;
  if (sheet && !sheet.open) open(sheet);
  const asked = document.getElementById(form.dataset.ask);
  const line = (asked?.open ? asked : form).querySelector("[data-sentence]");
  line.textContent = sentence ?? "";
  line.hidden = !sentence;
  if (sentence) line.scrollIntoView({ block: "nearest" });
}

async function follow(form, { kind, subject }, result) {
  const { then, said } = form.dataset;
  const say = (sentence) => (document.getElementById("said").textContent = sentence ?? "");
  if (form.dataset.go) return location.assign(form.dataset.go);
  if (!orderOnPage()) {
    if (/^(orders|leads|people|reviews)\//.test(kind) || !result) return say(words().saved);
    return location.assign(/^(terminals|stickers)\//.test(kind) ? `/field/scan/?code=${encodeURIComponent(subject)}` : location.pathname);
  }
  if (result && kind === "orders/reject") return location.assign("/field/");
  const hasMore = (await pending()).some(({ state, operation }) => state === "waiting" && operation.subject === subject);
  // a sheet that was opened while the answer was on its way stays, and so does the page under it
  const isOver = (sheet) => sheet.contains(form) || sheet.id === form.dataset.ask;
  const isGoingOn = [...document.querySelectorAll("dialog[open]")].some((sheet) => !isOver(sheet));
  if (!(result && !hasMore && !isGoingOn && (await redraw({ sent: form })))) {
    await layAll();
    if (!form.closest("[data-step]")) empty(form);
  }
  document.querySelectorAll("dialog[open]").forEach((sheet) => isOver(sheet) && sheet.close());
  say(!result ? words().saved : result.outcome === "applied" ? said : "");
  if (!isGoingOn && !hasTyped(form)) goTo(then); // no page moves away under a finger that draws
}

// What was said with it is on its way; the form is there for the next.
function empty(form) {
  form.reset();
  for (const input of form.elements) if (input.matches("[data-pictures]")) input.closest("dialog, form").querySelector("[data-tiles]").replaceChildren();
}

function goTo(then) {
  const primary = [...orderOnPage().querySelectorAll("[data-primary]")].find((each) => each.checkVisibility?.() ?? !each.closest("[hidden]"));
  if (!then) scrollTo({ top: 0 });
  else if (then === "next" && primary?.hash) document.querySelector(primary.hash)?.scrollIntoView({ block: "center" });
  primary?.focus({ preventScroll: true });
}

// A refused one comes back into its form, to be mended and sent in its place.
export function edit({ id, operation, files }, { reason, field } = {}) {
  const forms = [...document.querySelectorAll("form[data-command]")].filter((form) => new URL(form.action).pathname === `/field/${operation.kind.replace("/", `/${operation.subject}/`)}/`);
  const form = forms.find((each) => !operation.body.step || each.elements.step?.value === operation.body.step);
  if (!form) return false;
  for (const [name, value] of Object.entries(operation.body)) {
    for (const input of form.elements) {
      if (input.name !== name || name === "captures") continue;
      if (/checkbox|radio/.test(input.type)) input.checked = [value].flat().includes(input.value);
      else input.value = value;
    }
  }
  form.dataset.instead = id;
  form.keptFiles = files;
  const sheet = form.closest("dialog");
  const step = form.closest("details");
  if (step) step.open = true;
  if (sheet && !sheet.open) open(sheet);
  complain(form, reason, field);
  if (!document.querySelector("dialog[open]")) form.scrollIntoView({ block: "center" });
  return true;
}
