// <form data-command> sends one command: its fields, a UUID made here, the phone's time, and with data-place where the
// phone is. Until an answer has come, pressing again sends the very same message, so that it is done once.
// form.prepare, where a module has set it, runs first (uploads) and may throw a sentence.
// data-then: "stay" where the page is, or go on to the "next" step; otherwise to the top.
// data-ask="sheet" data-ask-for="field field": a refusal about one of them opens the sheet. data-said: spoken when it is done.
import htmx from "htmx.org";
import { addPlace, place } from "./field_place.js";
import { send, uuid } from "./field_send.js";
import { open } from "./field_sheet.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-command]");
  if (!form) return;
  event.preventDefault();
  if (form.isBusy) return;
  busy(form, event.submitter, true);
  complain(form, "");
  try {
    await form.prepare?.();
    const reply = await send(form.action, await message(form, event.submitter));
    if (!reply.isLost) form.unanswered = null;
    if (reply.ok) follow(form, reply.answer);
    else complain(form, reply.sentence, reply.field);
    if (reply.isLost) offerAgain(form);
  } catch (sentence) {
    if (sentence instanceof Error) throw sentence;
    complain(form, sentence);
  } finally {
    busy(form, event.submitter, false);
  }
});

async function message(form, submitter) {
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const typed = JSON.stringify([...body]);
  if (form.unanswered?.typed === typed) return form.unanswered.body;
  body.set("command", uuid());
  body.set("device_at", new Date().toISOString());
  if ("place" in form.dataset) addPlace(body, await place({ maxAgeMs: 0 }));
  form.unanswered = { typed, body };
  return body;
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

// A form that goes by itself has no button to press again.
function offerAgain(form) {
  if ([...form.elements].some((each) => each.type === "submit" && !each.closest("noscript"))) return;
  const again = Object.assign(document.createElement("button"), { className: "btn btn-primary w-100 mt-2" });
  again.textContent = document.getElementById("said").dataset.again;
  form.querySelector("[data-sentence]").append(again);
}

function follow(form, { page, go }) {
  document.getElementById("said").textContent = form.dataset.said ?? "";
  if (go) return location.assign(go);
  const order = document.getElementById("order");
  htmx.swap(order, page, { swapStyle: "innerHTML" });
  document.querySelector("[data-changed]")?.remove();
  const primary = order.querySelector("[data-primary]");
  if (!form.dataset.then) scrollTo({ top: 0 });
  else if (form.dataset.then === "next" && primary?.hash) document.querySelector(primary.hash).scrollIntoView({ block: "center" });
  primary?.focus({ preventScroll: true });
}
