// As long as [data-share="/where/"] stands on the page the phone tells its position, once a minute.
import { addPlace, place } from "./field_place.js";
import { send } from "./field_send.js";
import { onPage } from "./on_page.js";

const EVERY_MS = 60_000;
let toldAt = 0;

async function tell() {
  const line = document.querySelector("[data-share]");
  if (!line || document.hidden || Date.now() - toldAt < EVERY_MS - 1000) return;
  toldAt = Date.now();
  const found = await place();
  if (!found) {
    line.lastElementChild.textContent = line.dataset.denied;
    return line.classList.add("warning");
  }
  const body = new FormData();
  addPlace(body, found);
  const { ok, answer } = await send(line.dataset.share, body);
  if (ok && !answer.shared) document.querySelector("[data-share]")?.remove();
}

onPage("[data-share]", tell);
setInterval(tell, EVERY_MS);
