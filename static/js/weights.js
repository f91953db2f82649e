// [data-weights]: each number gets a slider beside it, and its share of the whole is shown.
import { onPage } from "./on_page.js";

onPage("[data-weights]", (weights) => {
  const rows = [...weights.querySelectorAll("[data-slider]")].map((place) => {
    const row = place.parentElement;
    const number = row.querySelector("input[type=number]");
    const slider = Object.assign(document.createElement("input"), { type: "range", className: "form-range", min: 0, max: 100 });
    slider.value = number.value;
    slider.disabled = number.matches(":disabled");
    slider.setAttribute("aria-label", row.querySelector("label").textContent);
    place.append(slider);
    return { number, slider, share: row.querySelector("[data-share]") };
  });
  const show = () => {
    const total = rows.reduce((sum, { number }) => sum + Number(number.value), 0);
    for (const { number, share } of rows) share.textContent = total ? `${Math.round((100 * number.value) / total)} %` : "–";
  };
  for (const { number, slider } of rows) {
    slider.addEventListener("input", () => { number.value = slider.value; show(); });
    number.addEventListener("input", () => { slider.value = number.value; show(); });
  }
  show();
});
