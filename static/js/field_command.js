// <form data-command> sends one command: its fields, a UUID made here, the phone's time, and with data-place where the
// phone is. Until an answer has come, pressing again sends the very same message, so that it is done once.
// form.prepare, where a module has set it, runs first (uploads) and may throw a sentence.
// data-ask="sheet" data-ask-for="field": a refusal about that field opens the sheet. data-said: spoken when it is done.
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
  form.toggleAttribute("aria-busy", isBusy);
}

export function complain(form, sentence, field) {
  const sheet = field && field === form.dataset.askFor ? document.getElementById(form.dataset.ask) : null;
  if (sheet && !sheet.open) open(sheet);
  const asked = document.getElementById(form.dataset.ask);
  const line = (asked?.open ? asked : form).querySelector("[data-sentence]");
  line.textContent = sentence ?? "";
  line.hidden = !sentence;
  if (sentence) line.scrollIntoView({ block: "nearest" });
}

function follow(form, { page, go }) {
  document.getElementById("said").textContent = form.dataset.said ?? "";
  if (go) return location.assign(go);
  const order = document.getElementById("order");
  htmx.swap(order, page, { swapStyle: "innerHTML" });
  document.querySelector("[data-changed]")?.remove();
  const next = form.matches(".field-step-form") && order.querySelector(".field-step:not(.answered, .locked)");
  if (next) next.scrollIntoView({ block: "center", behavior: "smooth" });
  else if (!form.matches(".field-step-form, [data-stay]")) scrollTo({ top: 0 });
  order.querySelector("[data-primary]")?.focus({ preventScroll: true });
}
