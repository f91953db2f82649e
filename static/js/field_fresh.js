// [data-fresh] is asked for anew by htmx, also when the phone is taken out again. Without a connection [data-stale] says so.
import { onPage } from "./on_page.js";

onPage("[data-fresh]", (part) => {
  const stale = document.querySelector("[data-stale]");
  const failed = (event) => {
    event.stopPropagation(); // no alarm every 20 seconds
    stale.hidden = false;
  };
  part.addEventListener("htmx:sendError", failed);
  part.addEventListener("htmx:responseError", failed);
  part.addEventListener("htmx:beforeSwap", (event) => {
    const asked = new URL(event.detail.xhr.responseURL).searchParams.get("seen");
    if (asked !== document.querySelector("[name=seen]")?.value) event.preventDefault(); // meanwhile the page itself has changed
  });
  part.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && (stale.hidden = true));
  document.addEventListener("visibilitychange", () => document.hidden || part.dispatchEvent(new Event("fresh")));
});
