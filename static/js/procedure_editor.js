// The editor of a procedure: steps are dragged by their handle, and the phone beside it follows every kept change.
import Sortable from "sortablejs";
import { onPage } from "./on_page.js";

onPage("[data-sortable]", (list) => {
  Sortable.create(list, {
    handle: "[data-handle]",
    animation: 150,
    onEnd: () => list.closest("form").querySelector("[data-redraw]").click(),
  });
});

document.addEventListener("draft-saved", () => {
  const frame = document.querySelector("[data-preview]")?.contentWindow;
  if (!frame) return;
  const top = frame.scrollY;
  frame.frameElement.addEventListener("load", () => frame.frameElement.contentWindow.scrollTo(0, top), { once: true });
  frame.location.reload();
});
