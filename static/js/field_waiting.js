// The badge with the number of what waits, and the sheet that lists it: state, reason, send, drop, rescue file, room left.
import { confirmed, drop } from "./field_problems.js";
import { pending } from "./field_queue.js";
import { device, fact, forget, keepFact, operations, person, readAll } from "./field_store.js";
import { connection, send } from "./field_sync.js";
import { open } from "./field_sheet.js";

let isLeaving = false;
const sheet = () => document.getElementById("waiting");
const at = (selector) => sheet()?.querySelector(selector);

async function show() {
  if (!person() || !sheet()) return;
  const entries = await pending();
  for (const badge of document.querySelectorAll("[data-badge]")) {
    badge.hidden = entries.length === 0;
    badge.querySelector("[data-count]").textContent = entries.length;
    badge.classList.toggle("text-red", entries.some(({ state }) => state !== "waiting"));
  }
  const login = document.querySelector("[data-log-in]");
  if (login) {
    login.hidden = !connection.mustLogIn;
    login.querySelector("a").href = `${document.body.dataset.login}?next=${encodeURIComponent(location.pathname)}`;
  }
  await showTold();
  if (!sheet().open) return;
  const { dataset } = sheet();
  at("[data-none]").hidden = entries.length > 0;
  at("[data-list]").replaceChildren(...entries.map((entry) => {
    const item = document.getElementById("waiting-item").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-label]").textContent = entry.local.label;
    Object.assign(item.querySelector("[data-subject]"), { textContent: [entry.operation.subject, entry.local.title].filter(Boolean).join(" · "), href: entry.local.url });
    item.querySelector("[data-state]").textContent = [dataset[entry.state], entry.result?.reason].filter(Boolean).join(": ");
    confirmed(item.querySelector("[data-drop]"), () => drop(entry));
    return item;
  }));
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  at("[data-room]").textContent = dataset.room.replace("%s", (usage / 1e6).toFixed(1)).replace("%s", Math.round(quota / 1e6).toLocaleString());
  Object.assign(at("meter"), { max: quota || 1, value: usage });
  const promised = (await navigator.storage?.persisted?.()) ? dataset.durable : (await fact("asked_to_persist")) ? dataset.fleeting : "";
  Object.assign(at("[data-promised]"), { textContent: promised, hidden: !promised });
  at("[data-persist]").hidden = promised !== "" || !navigator.storage?.persist;
}

// What came too late for an order and went to the dispatcher.
async function showTold() {
  const line = document.querySelector("[data-told]");
  const told = (await fact("told")) ?? [];
  if (!line) return;
  line.hidden = told.length === 0;
  line.querySelector("[data-told-list]").textContent = told.map(({ subject, label }) => `${subject}: ${label}`).join("; ");
}

const base64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = Object.assign(new FileReader(), { onload: () => resolve(reader.result.split(",", 2)[1] ?? ""), onerror: reject });
    reader.readAsDataURL(blob);
  });

// Everything that waits in one file, which support can send in the person's name.
export async function rescue() {
  const files = await Promise.all((await readAll("files")).map(async ({ id, about, blob, operation }) => ({ id, operation, about, base64: await base64(blob) })));
  const waiting = (await operations()).filter(({ state }) => state !== "done").map(({ operation }) => operation);
  const content = { format: "fieldloop-rescue", schema: 1, device: device(), user: Number(person()), at: new Date().toISOString(), operations: waiting, files };
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" })),
    download: `fieldloop-${content.at.slice(0, 16).replace(/\D/g, "")}.json`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function leave(form) {
  if (isLeaving) return;
  isLeaving = true;
  await forget();
  form.submit();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-log-out]");
  if (!form) return;
  event.preventDefault();
  if ((await pending()).length === 0) return leave(form);
  open(document.getElementById("leaving"));
});

document.addEventListener("click", async ({ target }) => {
  if (target.closest('[data-open="waiting"]')) return show();
  if (target.closest("[data-send]")) return send();
  if (target.closest("[data-told-seen]")) return keepFact("told", []).then(showTold);
  if (target.closest("[data-persist]")) {
    await navigator.storage.persist();
    await keepFact("asked_to_persist", true);
    return show();
  }
  if (target.closest("[data-rescue]")) {
    await rescue();
    document.querySelectorAll("[data-leave]").forEach((each) => (each.hidden = false));
  }
  if (target.closest("[data-leave]")) leave(document.querySelector("form[data-log-out]"));
});

document.addEventListener("field:queue", () => {
  show().catch(() => {});
  const leaving = document.getElementById("leaving");
  if (leaving?.open && !connection.isSending && !isLeaving) pending().then((entries) => entries.length === 0 && leave(document.querySelector("form[data-log-out]")));
});
document.addEventListener("field:page", () => show().catch(() => {}));
show().catch(() => {});
