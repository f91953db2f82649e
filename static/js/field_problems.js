// What the server would not do, at the order it belongs to: a refusal to be mended or dropped, a conflict to be decided.
import { edit } from "./field_command.js";
import { redraw } from "./field_overlay.js";
import { announce, change, enqueue } from "./field_queue.js";
import { read } from "./field_store.js";
import { send } from "./field_sync.js";

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const fill = (root, name, text) => (root.querySelector(`[data-${name}]`).textContent = text);

export async function drop(entry) {
  await change(entry.id, null);
  announce();
  await redraw({ fresh: navigator.onLine });
}

// The person's own stands: a new operation that knows what the other one did.
async function keepMine(entry) {
  const { id, prev, client_time, skew_ms, schema, user, ...work } = entry.operation;
  await enqueue({ work: { ...work, base: entry.result.base ?? {} }, files: await Promise.all(entry.files.map((file) => read("files", file))), local: entry.local, instead: entry.id });
  send();
}

function refused(entry) {
  const card = clone("problem");
  fill(card, "label", entry.local.label);
  fill(card, "reason", entry.result.reason ?? card.dataset.unknown);
  card.querySelector("[data-edit]").hidden = entry.state !== "refused";
  card.querySelector("[data-edit]").addEventListener("click", () => edit(entry, entry.result));
  confirmed(card.querySelector("[data-drop]"), () => drop(entry));
  return card;
}

function conflicting(entry) {
  const card = clone("conflict");
  fill(card, "label", entry.local.label);
  for (const field of entry.result.fields ?? []) {
    const row = card.querySelector("template").content.firstElementChild.cloneNode(true);
    fill(row, "name", field.label);
    fill(row, "yours", field.yours || "–");
    fill(row, "theirs", field.theirs || "–");
    fill(row, "by", [field.by, field.at && new Date(field.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })].filter(Boolean).join(", "));
    card.querySelector("[data-fields]").append(row);
  }
  card.querySelector("[data-mine]").addEventListener("click", () => keepMine(entry));
  card.querySelector("[data-theirs]").addEventListener("click", () => drop(entry));
  return card;
}

// The second tap counts.
export function confirmed(button, act) {
  const asked = button.textContent;
  button.addEventListener("click", () => {
    if (button.textContent === button.dataset.sure) return act();
    button.textContent = button.dataset.sure;
    setTimeout(() => (button.textContent = asked), 4000);
  });
}

export function showProblems(order, entries) {
  const place = order.querySelector("[data-problems]");
  const wrong = entries.filter(({ state }) => ["refused", "conflict", "stuck"].includes(state));
  const shown = wrong.map(({ id, state }) => id + state).join();
  if (!place || place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.replaceChildren(...wrong.map((entry) => (entry.state === "conflict" ? conflicting(entry) : refused(entry))));
}
