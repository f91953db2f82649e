// Places come as WGS-84. Tiles of Chinese makers are drawn in a datum of their own.
import gcoord from "gcoord";

const { WGS84, GCJ02, BD09, transform } = gcoord;
const DATUMS = { WGS84, GCJ02, BD09 };

// Functions between [lat, lon] in WGS-84 and what Leaflet must draw on tiles of this datum.
export function datum(name = "WGS84") {
  const shift = ([lat, lon], from, to) => transform([lon, lat], from, to).reverse();
  const tiles = DATUMS[name];
  return {
    onTiles: (place) => (tiles === WGS84 ? place : shift(place, WGS84, tiles)),
    onEarth: (place) => (tiles === WGS84 ? place : shift(place, tiles, WGS84)),
  };
}
