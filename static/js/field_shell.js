// The page without data shows what the phone has kept of the address it was opened for.
import { fact, person, read } from "./field_store.js";
import { show } from "./field_part.js";

export const isShell = () => document.querySelector("meta[name=shell]") !== null;

async function fill() {
  if (!person()) return reveal("[data-nobody]");
  const page = (await read("pages", location.pathname + location.search)) ?? (await read("pages", location.pathname));
  if (!page) return reveal("[data-nothing]");
  show(page);
  const code = new URLSearchParams(location.search).get("code");
  const order = code && ((await fact("orders")) ?? []).find(({ terminals }) => terminals.includes(code.trim()));
  if (order) location.replace(`/field/orders/${order.number}/`); // whose terminal it is, is known without a connection
}

function reveal(selector) {
  document.querySelector(selector).hidden = false;
}

if (isShell()) fill();
