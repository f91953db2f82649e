// On a map without tiles: the names of our own regions, [{lat, lon, name, depth}] with the larger first, as far as they fit.
import L from "leaflet";
import { label, mark, palette } from "./map_marks.js";

const ROOM = { x: 84, y: 22 };

export function showNames({ map, project, onTheme, isPlain }, names) {
  if (!isPlain) return;
  const group = L.layerGroup().addTo(map);

  function draw() {
    group.clearLayers();
    const { ink, halo } = palette({ ink: "secondary", halo: "bg-surface-secondary" });
    const taken = [];
    for (const { lat, lon, name } of names) {
      const place = project(lat, lon);
      const { x, y } = map.latLngToContainerPoint(place);
      if (!map.getSize().contains([x, y]) || x < 0 || y < 0) continue;
      if (taken.some((other) => Math.abs(other.x - x) < ROOM.x && Math.abs(other.y - y) < ROOM.y)) continue;
      taken.push({ x, y });
      mark(place, ROOM.x / 2, label(name, { ink, halo }), { interactive: false }).addTo(group);
    }
  }

  map.on("moveend", draw);
  onTheme(draw);
  draw();
}
