// form[data-call]: asks for the clear number (which is written down), shows it and dials.
import { send } from "./field_send.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-call]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.classList.add("btn-loading");
  const { ok, answer, sentence } = await send(form.action, new FormData(form));
  button.classList.remove("btn-loading");
  const line = form.querySelector("[data-sentence]");
  line.hidden = ok;
  if (!ok) return (line.textContent = sentence);
  const link = Object.assign(document.createElement("a"), { className: button.className, href: `tel:${answer.phone}` });
  link.append(...button.childNodes);
  link.querySelector("small").lastChild.textContent = answer.phone;
  form.replaceWith(link);
  link.click();
});
