// Sheets from below: <dialog id>, opened by data-open="id", closed by data-close, a tap beside it, Escape or "back".
export function open(sheet) {
  document.querySelectorAll("dialog[open]").forEach((other) => other.close());
  sheet.showModal();
}

export const close = (sheet) => sheet.close();

function isBeside(sheet, { clientX, clientY }) {
  const { left, right, top, bottom } = sheet.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

document.addEventListener("click", (event) => {
  const { target } = event;
  const opener = target.closest("[data-open]");
  if (opener) return open(document.getElementById(opener.dataset.open));
  if (target.closest("[data-close]") || (target.matches("dialog") && isBeside(target, event))) target.closest("dialog").close();
  target.closest('[data-bs-dismiss="alert"]')?.closest(".alert").remove();
});
