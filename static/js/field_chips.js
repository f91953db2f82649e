// A button with data-fill="id" adds its sentence to that text field, or takes it out; data-one: only one at a time.
document.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-fill]");
  if (!chip) return;
  const field = document.getElementById(chip.dataset.fill);
  const isOn = chip.ariaPressed === "true";
  const without = (text, sentence) => text.replace(sentence, "").replace(/ {2,}/g, " ").trim();
  for (const other of "one" in chip.dataset ? chip.parentElement.children : []) {
    if (other.ariaPressed === "true") field.value = without(field.value, other.textContent);
    other.ariaPressed = "false";
  }
  if (isOn) field.value = without(field.value, chip.textContent);
  else field.value = [field.value.trim(), chip.textContent].filter(Boolean).join(" ");
  chip.ariaPressed = String(!isOn);
});
