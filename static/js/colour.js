// A Tabler colour of the page as it is now, light or dark, as rgba() that canvas and plotly understand.
const dot = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

export function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--tblr-${name})`;
  document.body.append(probe);
  dot.clearRect(0, 0, 1, 1);
  dot.fillStyle = getComputedStyle(probe).color;
  dot.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red, green, blue, alpha] = dot.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
}
