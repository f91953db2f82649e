// <button data-copy="id of an input" data-said="what the button says afterwards"><span>Copy</span></button>
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    button.querySelector("span").textContent = button.dataset.said;
  } catch {
    // the text is selected: the person copies it
  }
});
