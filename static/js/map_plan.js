// [data-plan="id of the JSON"]: {"routes": [{id, colour, start: [lat, lon], stops: [{lat, lon, label, url, text}]}], "points": […]}.
// A checkbox [data-route="id"] shows or hides the way of one person.
import L from "leaflet";
import { fieldloopMap } from "./map_base.js";
import { diamond, disc, mark, palette, write } from "./map_marks.js";
import { jsonOf, onPage } from "./on_page.js";

onPage("[data-plan]", (element) => {
  const base = fieldloopMap(element);
  const { map, project } = base;
  const { routes, points } = jsonOf(element.dataset.plan);
  const group = L.featureGroup().addTo(map);
  const boxes = [...document.querySelectorAll("[data-route]")];

  function popup({ label, url }) {
    const link = document.createElement("a");
    link.textContent = label;
    link.href = url;
    return link;
  }

  function stop(place, paint, rim) {
    const number = (brush, x, y, radius) => {
      disc(paint, rim)(brush, x, y, radius);
      write(brush, place.text, x, y + 0.5, { size: 11, fill: rim });
    };
    mark(project(place.lat, place.lon), 12, number).bindPopup(popup(place)).addTo(group);
  }

  function draw() {
    group.clearLayers();
    const colours = palette({ rim: "bg-surface", left: "red", ...Object.fromEntries(routes.map(({ colour }) => [colour, colour])) });
    const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.route));
    for (const { id, colour, start, stops } of routes.filter((route) => shown.has(String(route.id)))) {
      const line = [start, ...stops.map(({ lat, lon }) => [lat, lon])].map((place) => project(...place));
      L.polyline(line, { color: colours[colour], weight: 3, opacity: 0.8, interactive: false }).addTo(group);
      mark(line[0], 7, diamond(colours[colour], colours.rim), { interactive: false }).addTo(group);
      for (const place of stops) stop(place, colours[colour], colours.rim);
    }
    for (const place of points) mark(project(place.lat, place.lon), 8, diamond(colours.left, colours.rim)).bindPopup(popup(place)).addTo(group);
  }

  draw();
  if (group.getBounds().isValid()) map.fitBounds(group.getBounds(), { padding: [32, 32], maxZoom: 15 });
  base.onTheme(draw);
  for (const box of boxes) box.addEventListener("change", draw);
});
