// Pages as the phone keeps them: shown, fetched anew.
import { write } from "./field_store.js";

export function alive(element) {
  element.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: element } }));
}

export function show({ title, html }) {
  document.title = title;
  document.body.innerHTML = html;
  alive(document.body);
  document.dispatchEvent(new Event("field:page"));
}

// The page as it is on the server now, or nothing when it cannot be had.
export async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const page = await answer.json();
  await write(["pages"], (pages) => pages.put(page));
  return page;
}
