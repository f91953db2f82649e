// [data-track="id of the JSON"]: the day of somebody. {"pieces": [[[lat, lon], …], …], "gaps": [[from, to], …],
// "stops": [{lat, lon, label, is_done}]}. A row of the table, [data-show="lat,lon"], moves the map there.
import L from "leaflet";
import { fieldloopMap } from "./map_base.js";
import { mark, palette, plain, write } from "./map_marks.js";
import { showNames } from "./map_names.js";
import { jsonOf, onPage } from "./on_page.js";

const COLOURS = { way: "primary", gap: "secondary", done: "purple", planned: "secondary", fill: "bg-surface", begin: "green", end: "red" };

const badge = (text, inside, rim) => (brush, x, y, radius) => {
  brush.beginPath();
  brush.arc(x, y, radius - 2, 0, 2 * Math.PI);
  brush.fillStyle = inside;
  brush.fill();
  brush.lineWidth = 2;
  brush.strokeStyle = rim;
  brush.stroke();
  write(brush, text, x, y + 0.5, { fill: rim });
};

onPage("[data-track]", (element) => {
  const base = fieldloopMap(element);
  const { map, project } = base;
  const { pieces, gaps, stops, names } = jsonOf(element.dataset.track);
  const group = L.featureGroup().addTo(map);
  const line = (places) => places.map((place) => project(...place));

  function draw() {
    group.clearLayers();
    const paints = palette(COLOURS);
    for (const gap of gaps) L.polyline(line(gap), { color: paints.gap, weight: 2, dashArray: "4 8", interactive: false }).addTo(group);
    for (const piece of pieces) L.polyline(line(piece), { color: paints.way, weight: 4, opacity: 0.85, interactive: false }).addTo(group);
    if (pieces.length) {
      for (const [place, paint] of [[pieces[0][0], paints.begin], [pieces.at(-1).at(-1), paints.end]]) {
        mark(project(...place), 9, badge("", paint, paints.fill), { interactive: false }).addTo(group);
      }
    }
    stops.forEach(({ lat, lon, label, number, is_done }) => {
      const paint = is_done ? paints.done : paints.planned;
      mark(project(lat, lon), 13, badge(number, paint, paints.fill)).bindTooltip(plain(label)).addTo(group);
    });
  }

  draw();
  if (group.getBounds().isValid()) map.fitBounds(group.getBounds(), { padding: [32, 32], maxZoom: 16 });
  showNames(base, names);
  base.onTheme(draw);
  document.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-show]");
    if (row) map.setView(project(...row.dataset.show.split(",").map(Number)), Math.max(map.getZoom(), 15));
  });
});
