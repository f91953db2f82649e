// <form data-once>: once sent, its button shows that it is on the way and cannot be tapped again.
const busy = (form, isBusy) => {
  form.classList.toggle("is-sending", isBusy);
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = isBusy;
};

document.addEventListener("submit", ({ target }) => {
  if (target.matches("form[data-once]")) setTimeout(() => busy(target, true));
});
// The browser's "back" shows the page as it was left.
addEventListener("pageshow", () => document.querySelectorAll("form.is-sending").forEach((form) => busy(form, false)));
