// The base of every map. fieldloopMap(element) → {map, project, unproject, box, onTheme}; the element also carries it as
// element.fieldloop. Elements come from templates/components/map.html: data-tiles is the address of the base map, data-datum
// its datum, data-attribution its maker; without tiles the base is a graticule. All places are WGS-84: what is drawn goes
// through project(lat, lon), what the map says of places through unproject(latLng) or box(), and nowhere else.
import L from "leaflet";
import { datum } from "./datum.js";
import { Graticule } from "./graticule.js";

const DEEPEST = 18;
const MIDDLE_OF_CHINA = [31.2, 112];

export function fieldloopMap(element) {
  const { tiles, datum: datumName, attribution, zoomIn, zoomOut } = element.dataset;
  const { onTiles, onEarth } = datum(tiles ? datumName : "WGS84");
  const project = (lat, lon) => onTiles([lat, lon]);
  const unproject = ({ lat, lng }) => onEarth([lat, lng]);

  const map = L.map(element, { preferCanvas: true, minZoom: 3, maxZoom: DEEPEST, zoomControl: false, worldCopyJump: true });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  map.setView(project(...MIDDLE_OF_CHINA), 5);
  const base = tiles ? L.tileLayer(tiles, { attribution, maxZoom: DEEPEST }) : new Graticule();
  base.addTo(map);
  new ResizeObserver(() => map.invalidateSize()).observe(element);

  // Colours of what is painted on a canvas are looked up anew when the page turns light or dark.
  const onTheme = (paint) =>
    new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  if (!tiles) onTheme(() => base.redraw());

  // west, south, east, north; over the date line west is larger than east
  function box() {
    const bounds = map.getBounds();
    if (bounds.getEast() - bounds.getWest() >= 360) return [-180, Math.max(bounds.getSouth(), -90), 180, Math.min(bounds.getNorth(), 90)];
    const [south, west] = unproject(bounds.getSouthWest().wrap());
    const [north, east] = unproject(bounds.getNorthEast().wrap());
    return [west, Math.max(south, -90), east, Math.min(north, 90)];
  }

  element.fieldloop = { map, project, unproject, box, onTheme, isPlain: !tiles };
  return element.fieldloop;
}
