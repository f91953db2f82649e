// <div data-map="id"> shows the places in <script type="application/json" id="id">, all of them WGS-84:
//   {"points": [{"lat", "lon", "label", "url", "colour"}], "areas": [{"ring": [[lat, lon], …], "label", "url", "colour"}]}
// Colours are Tabler's names.
import L from "leaflet";
import { colour } from "./colour.js";
import { fieldloopMap } from "./map_base.js";
import { jsonOf, onPage } from "./on_page.js";

function popup({ label, url }) {
  const element = document.createElement(url ? "a" : "span");
  element.textContent = label;
  if (url) element.href = url;
  return element;
}

onPage("[data-map]", (element) => {
  const { map, project } = fieldloopMap(element);
  const { points = [], areas = [] } = jsonOf(element.dataset.map);
  const group = L.featureGroup().addTo(map);
  for (const area of areas) {
    const style = { color: colour(area.colour ?? "blue"), weight: 2, fillOpacity: 0.1 };
    L.polygon(area.ring.map((place) => project(...place)), style).bindPopup(popup(area)).addTo(group);
  }
  for (const point of points) {
    const dot = { radius: 7, weight: 2, color: "white", fillColor: colour(point.colour ?? "blue"), fillOpacity: 1 };
    L.circleMarker(project(point.lat, point.lon), dot).bindPopup(popup(point)).addTo(group);
  }
  if (group.getBounds().isValid()) map.fitBounds(group.getBounds(), { padding: [24, 24], maxZoom: 15 });
});
