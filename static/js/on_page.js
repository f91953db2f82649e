// Runs `act` once for every element that matches: those on the page now, and those htmx (on phones: field_part.js) brings later.
export function onPage(selector, act) {
  const seen = new WeakSet();
  const visit = (root) => {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      if (seen.has(element)) continue;
      seen.add(element);
      act(element);
    }
  };
  const start = () => {
    visit(document);
    document.addEventListener("htmx:load", (event) => visit(event.detail.elt));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}

// The JSON of <script type="application/json" id="…">.
export const jsonOf = (id) => JSON.parse(document.getElementById(id).textContent);
