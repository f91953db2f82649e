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

// The first letters cost a phone its fonts: it looks for them while the style sheet is still on its way.
if (matchMedia("(pointer: coarse)").matches) {
  for (const weight of [400, 700]) {
    setTimeout(() => {
      const paint = document.createElement("canvas").getContext("2d");
      paint.font = `${weight} 17px system-ui, sans-serif`;
      paint.measureText("a字");
    });
  }
}
