// The dialog of one order – everything that dragging does, by keyboard and by touch – and the one that asks for a reason.
import { listed, worst } from "./board_conflicts.js";
import { clock, find, now, rowOf, say, state } from "./board_state.js";
import { check, fragment, send, tell } from "./board_talk.js";

const dialog = document.querySelector(".board-dialog");

dialog.addEventListener("click", ({ target }) => {
  if (target === dialog || target.closest("[data-close]")) dialog.close();
});

// Asks what a drop needs: {reason, force}, or null when the person thinks better of it.
export function askReason({ title, found, reasons }) {
  dialog.replaceChildren(document.getElementById("board-reason").content.cloneNode(true));
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".board-conflicts").append(...listed(found));
  const isClash = worst(found) === "clash";
  dialog.querySelector("[data-force]").hidden = !isClash;
  for (const part of dialog.querySelectorAll("[data-reasons]")) {
    if (part.dataset.reasons === reasons) part.hidden = false;
    else part.remove();
  }
  return new Promise((answer) => {
    let said = null;
    const form = dialog.querySelector("form");
    form.addEventListener("submit", ({ submitter }) => {
      const values = new FormData(form);
      said = { reason: submitter?.name === "reason" ? submitter.value : (values.get("reason") ?? ""), force: values.has("force") };
    });
    if (isClash) form.querySelector("[name=force]").required = true;
    const own = form.querySelector("input[name=reason]");
    form.querySelector(".btn-primary").addEventListener("click", () => own && (own.required = true));
    for (const preset of form.querySelectorAll("button[name=reason]")) preset.addEventListener("click", () => (own.required = false));
    dialog.addEventListener("close", () => answer(said), { once: true });
    dialog.showModal();
  });
}

export async function openOrder(number) {
  const opener = document.activeElement;
  try {
    fill(number, await fragment(`orders/${number}/`));
  } catch (refusal) {
    return tell(refusal.message, { isBad: true });
  }
  dialog.addEventListener("close", () => (document.querySelector(`[data-order="${CSS.escape(number)}"]`) ?? opener)?.focus(), { once: true });
  dialog.showModal();
}

function fill(number, html) {
  dialog.innerHTML = html;
  const moving = dialog.querySelector("[data-send=move]");
  if (moving) prepare(number, moving);
  for (const form of dialog.querySelectorAll("form[data-send]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      deliver(number, form, event.submitter);
    });
  }
  dialog.querySelector("[data-insert]")?.addEventListener("click", async () => fill(number, await fragment(`orders/${number}/insert/`)));
}

const minuteOf = (text) => text && text.split(":").reduce((hours, minutes) => 60 * Number(hours) + Number(minutes));
const chosen = (form) => form.querySelector("[data-people]").value || form.querySelector("[name=engineer]:checked")?.value || "";

function prepare(number, form) {
  const { order, row } = find(number);
  const people = form.querySelector("[data-people]");
  people.append(...state.rows.map(({ key, name }) => new Option(name, key)));
  const radios = [...form.querySelectorAll("[name=engineer]")];
  if (!radios.some((radio) => radio.checked)) people.value = people.dataset.chosen;
  const time = form.elements.clock;
  const propose = () => {
    const proposed = form.querySelector("[name=engineer]:checked")?.dataset.clock;
    if (!order?.end || chosen(form) !== row?.key) time.value = (!people.value && proposed) || time.value || clock(Math.ceil(((now() ?? 540) + 1) / 15) * 15);
  };
  const look = async () => {
    const list = form.querySelector(".board-conflicts");
    form.querySelectorAll("input[name=reason], button[name=reason]").forEach((field) => (field.closest(".card-body").hidden = chosen(form) === row?.key));
    if (!chosen(form) || !time.value) return list.replaceChildren();
    try {
      const { conflicts, way, added } = await check(number, chosen(form), minuteOf(time.value));
      const facts = way === null ? [] : [{ level: "note", text: say("checked", { way, added }) }];
      list.replaceChildren(...listed([...conflicts, ...facts]));
      form.querySelector("[data-force]").hidden = worst(conflicts) !== "clash";
    } catch {
      list.replaceChildren(); // the answer to the move itself will say what is wrong
    }
  };
  form.addEventListener("change", ({ target }) => {
    if (target.name === "engineer") people.value = "";
    if (target !== time) propose();
    if (["engineer", "clock"].includes(target.name) || target === people) look();
  });
  propose();
  look();
}

async function deliver(number, form, submitter) {
  const body = new FormData(form);
  if (submitter?.name === "reason") body.set("reason", submitter.value);
  if (form.dataset.send === "move") {
    body.set("engineer", chosen(form));
    body.set("minute", minuteOf(body.get("clock")));
  }
  const refusal = dialog.querySelector("[data-refusal]");
  refusal.hidden = true;
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
  try {
    await send(number, form.dataset.send, body);
    dialog.close();
  } catch (error) {
    refusal.textContent = error.message;
    refusal.hidden = false;
    refusal.scrollIntoView({ block: "nearest" });
  } finally {
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  }
}
