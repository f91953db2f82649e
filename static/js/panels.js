// Tabs of a detail page: a panel loads when its tab is first shown; the open one stands in the address.
import htmx from "htmx.org";
import { onPage } from "./on_page.js";

onPage("[data-panels]", (element) => {
  element.addEventListener("shown.bs.tab", ({ target }) => {
    htmx.trigger(target, "shown");
    history.replaceState(history.state, "", `#${target.id.replace("tab-", "")}`);
  });
  const open = () => location.hash && element.querySelector(`#tab-${CSS.escape(location.hash.slice(1))}`)?.click();
  document.addEventListener("htmx:load", open, { once: true }); // before that no panel hears that it is shown
  addEventListener("hashchange", open);
});
