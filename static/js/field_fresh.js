// [data-fresh] is asked for anew by htmx, also when the phone is taken out again. Without a connection [data-stale] says so.
import { onPage } from "./on_page.js";

onPage("[data-fresh]", (part) => {
  const isStale = (yes) => {
    const line = document.querySelector("[data-stale]");
    if (line) line.hidden = !yes;
  };
  const failed = (event) => {
    event.stopPropagation(); // no alarm every 20 seconds
    isStale(true);
  };
  part.addEventListener("htmx:sendError", failed);
  part.addEventListener("htmx:responseError", failed);
  part.addEventListener("htmx:beforeSwap", (event) => {
    const asked = new URL(event.detail.xhr.responseURL).searchParams.get("seen");
    const shown = document.querySelector("[name=seen]")?.value;
    if (asked !== null && asked !== shown) event.preventDefault(); // meanwhile the page itself has changed
  });
  part.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && isStale(false));
  document.addEventListener("visibilitychange", () => document.hidden || part.dispatchEvent(new Event("fresh")));
});
