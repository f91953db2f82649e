// A base layer without tiles: lines of latitude and longitude with their degrees.
import L from "leaflet";
import { colour } from "./colour.js";

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];

export const Graticule = L.GridLayer.extend({
  createTile(coords) {
    const size = this.getTileSize();
    const tile = L.DomUtil.create("canvas");
    const scale = Math.max(devicePixelRatio, 1);
    Object.assign(tile, { width: size.x * scale, height: size.y * scale });
    const paint = tile.getContext("2d");
    paint.scale(scale, scale);
    paint.strokeStyle = colour("border-color");
    paint.fillStyle = colour("secondary");
    paint.font = "10px sans-serif";

    const origin = coords.scaleBy(size);
    const northWest = this._map.unproject(origin, coords.z);
    const southEast = this._map.unproject(origin.add(size), coords.z);
    const step = STEPS.findLast((degrees) => degrees >= (southEast.lng - northWest.lng) / 2.5) ?? STEPS[0];
    const digits = Math.max(0, Math.ceil(-Math.log10(step)));

    paint.beginPath();
    for (let lng = Math.ceil(northWest.lng / step) * step; lng < southEast.lng; lng += step) {
      const x = this._map.project([northWest.lat, lng], coords.z).x - origin.x;
      paint.moveTo(x, 0);
      paint.lineTo(x, size.y);
      const text = `${lng.toFixed(digits)}°`;
      const width = paint.measureText(text).width;
      paint.fillText(text, x + 3 + width < size.x ? x + 3 : x - 3 - width, 11);
    }
    for (let lat = Math.ceil(southEast.lat / step) * step; lat < northWest.lat; lat += step) {
      const y = this._map.project([lat, northWest.lng], coords.z).y - origin.y;
      paint.moveTo(0, y);
      paint.lineTo(size.x, y);
      paint.fillText(`${lat.toFixed(digits)}°`, 3, y > 12 ? y - 3 : y + 11);
    }
    paint.stroke();
    return tile;
  },
});
