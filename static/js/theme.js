// Light or dark before the first paint: the person's choice, else the device's. Loaded in <head>, without defer.
const device = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const theme = localStorage.getItem("theme") || (device.matches ? "dark" : "light");
  document.documentElement.dataset.bsTheme = theme;
}

apply();
device.addEventListener("change", apply);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]"); // light, dark, or empty: as the device
  if (!button) return;
  localStorage.setItem("theme", button.dataset.themeChoice);
  apply();
});
