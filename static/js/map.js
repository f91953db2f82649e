// <div data-map="id"> shows the places in <script type="application/json" id="id">, all of them WGS-84:
//   {"points": [{"lat", "lon", "label", "url", "colour"}], "areas": [{"ring": [[lat, lon], …], "label", "url", "colour"}]}
// Colours are Tabler's names. data-tiles is the address of the base map, data-datum its datum, data-attribution its
// maker; without tiles the base is a graticule. data-zoom-in and data-zoom-out name the buttons.
import L from "leaflet";
import "leaflet.markercluster";
import { colour } from "./colour.js";
import { datum } from "./datum.js";
import { Graticule } from "./graticule.js";
import { jsonOf, onPage } from "./on_page.js";

const MOST_SINGLE_POINTS = 60;

function popup({ label, url }) {
  const element = document.createElement(url ? "a" : "span");
  element.textContent = label;
  if (url) element.href = url;
  return element;
}

onPage("[data-map]", (container) => {
  const { tiles, datum: datumName, attribution, zoomIn, zoomOut } = container.dataset;
  const { points = [], areas = [] } = jsonOf(container.dataset.map);
  const { onTiles } = datum(tiles ? datumName : "WGS84");

  const map = L.map(container, { preferCanvas: true, maxZoom: 18, zoomControl: false, worldCopyJump: true });
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false);
  map.setView(onTiles([31.2, 121.5]), 5);
  (tiles ? L.tileLayer(tiles, { attribution, maxZoom: 18 }) : new Graticule()).addTo(map);

  const shapes = L.featureGroup(
    areas.map((area) => {
      const style = { color: colour(area.colour ?? "blue"), weight: 2, fillOpacity: 0.1 };
      return L.polygon(area.ring.map(onTiles), style).bindPopup(popup(area));
    }),
  ).addTo(map);
  const places = points.length > MOST_SINGLE_POINTS ? L.markerClusterGroup({ chunkedLoading: true }) : L.featureGroup();
  for (const point of points) {
    const dot = { radius: 7, weight: 2, color: "white", fillColor: colour(point.colour ?? "blue"), fillOpacity: 1 };
    places.addLayer(L.circleMarker(onTiles([point.lat, point.lon]), dot).bindPopup(popup(point)));
  }
  places.addTo(map);

  const everything = shapes.getBounds().extend(places.getBounds());
  if (everything.isValid()) map.fitBounds(everything, { padding: [24, 24], maxZoom: 15 });
  new ResizeObserver(() => map.invalidateSize()).observe(container);
});
