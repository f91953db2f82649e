// The page without data shows what the phone has kept of the address it was opened for.
import { person, read } from "./field_store.js";
import { show } from "./field_part.js";

export const isShell = () => document.querySelector("meta[name=shell]") !== null;

async function fill() {
  if (!person()) return reveal("[data-nobody]");
  const page = (await read("pages", location.pathname + location.search)) ?? (await read("pages", location.pathname));
  if (page) show(page);
  else reveal("[data-nothing]");
}

function reveal(selector) {
  document.querySelector(selector).hidden = false;
}

if (isShell()) fill();
