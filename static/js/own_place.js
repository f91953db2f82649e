// <div data-own-place data-found data-failed hidden>: its button writes where the phone is into the form's lat, lon, accuracy_m.
import { place } from "./field_place.js";

for (const box of document.querySelectorAll("[data-own-place]")) {
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");
  const { elements } = box.closest("form");
  const show = () => {
    const metres = Math.max(Math.round(Number(elements.accuracy_m.value)), 1);
    status.textContent = elements.lat.value ? box.dataset.found.replace("{metres}", metres) : "";
  };
  show(); // the form came back filled in
  box.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const found = await place();
    button.disabled = false;
    for (const name of ["lat", "lon", "accuracy_m"]) elements[name].value = found?.[name] ?? "";
    show();
    if (!found) status.textContent = box.dataset.failed;
  });
}
